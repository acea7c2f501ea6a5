CREATE TABLE "parked_events" (
	"id" bigint PRIMARY KEY NOT NULL,
	"article_id" bigint NOT NULL,
	"event_id" uuid NOT NULL,
	"event_type" text NOT NULL,
	"data" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"traceparent" text,
	"partition" integer,
	"verbatim" boolean NOT NULL,
	"parked_at" timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"reason" text NOT NULL,
	"error" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "verbatim" boolean DEFAULT false NOT NULL;