CREATE TABLE "resync_completions" (
	"epoch" integer NOT NULL,
	"partition" integer NOT NULL,
	"partitions" integer NOT NULL,
	CONSTRAINT "resync_completions_epoch_partition_pk" PRIMARY KEY("epoch","partition")
);
--> statement-breakpoint
ALTER TABLE "article_views" ADD COLUMN "epoch" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "blog_state" ADD COLUMN "complete_epoch" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "blog_state" ADD COLUMN "history_missing" boolean DEFAULT false NOT NULL;