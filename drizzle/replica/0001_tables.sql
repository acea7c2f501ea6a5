CREATE TABLE "article_counts" (
	"slot" integer PRIMARY KEY NOT NULL,
	"draft" bigint DEFAULT 0 NOT NULL,
	"published" bigint DEFAULT 0 NOT NULL,
	"archived" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "article_views" (
	"id" bigint PRIMARY KEY NOT NULL,
	"views" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "articles" (
	"id" bigint PRIMARY KEY NOT NULL,
	"title" text NOT NULL,
	"content" text NOT NULL,
	"author" text NOT NULL,
	"category" text NOT NULL,
	"tags" text[] NOT NULL,
	"status" text NOT NULL,
	"version" integer NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"published_at" timestamp(3) with time zone,
	"epoch" integer NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"search" "tsvector" GENERATED ALWAYS AS (blog_search_vector("title", "content", "author", "category", "tags")) STORED,
	CONSTRAINT "articles_status" CHECK ("articles"."status" IN ('draft', 'published', 'archived')),
	CONSTRAINT "articles_version" CHECK ("articles"."version" > 0)
);
--> statement-breakpoint
CREATE TABLE "blog_state" (
	"only" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"identity" uuid DEFAULT gen_random_uuid() NOT NULL,
	"epoch" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "blog_state_only" CHECK ("blog_state"."only")
);
--> statement-breakpoint
CREATE TABLE "dead_letters" (
	"id" text PRIMARY KEY NOT NULL,
	"source_topic" text NOT NULL,
	"source_partition" integer NOT NULL,
	"source_offset" bigint NOT NULL,
	"key" "bytea",
	"value" "bytea",
	"headers" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"reason" text NOT NULL,
	"error" text NOT NULL,
	"failed_at" timestamp(3) with time zone NOT NULL,
	"attempts" integer NOT NULL,
	"replayed_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE INDEX "article_views_views" ON "article_views" USING btree ("views","id");--> statement-breakpoint
CREATE INDEX "articles_created_at" ON "articles" USING btree ("created_at","id") WHERE NOT "articles"."deleted";--> statement-breakpoint
CREATE INDEX "articles_updated_at" ON "articles" USING btree ("updated_at","id") WHERE NOT "articles"."deleted";--> statement-breakpoint
CREATE INDEX "articles_published_at" ON "articles" USING btree ("published_at","id") WHERE NOT "articles"."deleted";--> statement-breakpoint
CREATE INDEX "articles_draft_created_at" ON "articles" USING btree ("created_at","id") WHERE (NOT "articles"."deleted" and "articles"."status" = 'draft');--> statement-breakpoint
CREATE INDEX "articles_draft_updated_at" ON "articles" USING btree ("updated_at","id") WHERE (NOT "articles"."deleted" and "articles"."status" = 'draft');--> statement-breakpoint
CREATE INDEX "articles_draft_published_at" ON "articles" USING btree ("published_at","id") WHERE (NOT "articles"."deleted" and "articles"."status" = 'draft');--> statement-breakpoint
CREATE INDEX "articles_published_created_at" ON "articles" USING btree ("created_at","id") WHERE (NOT "articles"."deleted" and "articles"."status" = 'published');--> statement-breakpoint
CREATE INDEX "articles_published_updated_at" ON "articles" USING btree ("updated_at","id") WHERE (NOT "articles"."deleted" and "articles"."status" = 'published');--> statement-breakpoint
CREATE INDEX "articles_published_published_at" ON "articles" USING btree ("published_at","id") WHERE (NOT "articles"."deleted" and "articles"."status" = 'published');--> statement-breakpoint
CREATE INDEX "articles_archived_created_at" ON "articles" USING btree ("created_at","id") WHERE (NOT "articles"."deleted" and "articles"."status" = 'archived');--> statement-breakpoint
CREATE INDEX "articles_archived_updated_at" ON "articles" USING btree ("updated_at","id") WHERE (NOT "articles"."deleted" and "articles"."status" = 'archived');--> statement-breakpoint
CREATE INDEX "articles_archived_published_at" ON "articles" USING btree ("published_at","id") WHERE (NOT "articles"."deleted" and "articles"."status" = 'archived');--> statement-breakpoint
CREATE INDEX "articles_title" ON "articles" USING btree ("title" COLLATE "C","id") WHERE NOT "articles"."deleted";--> statement-breakpoint
CREATE INDEX "articles_category" ON "articles" USING btree ("category","created_at","id") WHERE NOT "articles"."deleted";--> statement-breakpoint
CREATE INDEX "articles_author" ON "articles" USING btree ("author","created_at","id") WHERE NOT "articles"."deleted";--> statement-breakpoint
CREATE INDEX "articles_tags" ON "articles" USING gin ("tags") WHERE NOT "articles"."deleted";--> statement-breakpoint
CREATE INDEX "articles_search" ON "articles" USING gin ("search") WHERE NOT "articles"."deleted";--> statement-breakpoint
CREATE INDEX "dead_letters_failed_at" ON "dead_letters" USING btree ("failed_at");