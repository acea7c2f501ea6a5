CREATE TABLE "resyncs" (
	"epoch" integer PRIMARY KEY NOT NULL,
	"replica" uuid NOT NULL,
	"sent_to" bigint DEFAULT 0 NOT NULL,
	"sent" bigint DEFAULT 0 NOT NULL,
	"started_at" timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"moved_at" timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"sent_at" timestamp(3) with time zone
);
--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "partition" integer;