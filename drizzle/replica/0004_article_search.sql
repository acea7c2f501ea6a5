-- What is written from here on would be in neither the copy nor the queue.
LOCK TABLE articles IN SHARE ROW EXCLUSIVE MODE;
--> statement-breakpoint
CREATE TABLE "article_search" (
	"id" bigint PRIMARY KEY NOT NULL,
	"epoch" integer NOT NULL,
	"version" integer NOT NULL,
	"search" "tsvector"
);
--> statement-breakpoint
CREATE TABLE "search_pending" (
	"n" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "search_pending_n_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"id" bigint NOT NULL
);
--> statement-breakpoint
-- As in articles, where the vector was: two rows to a page before any is compressed.
ALTER TABLE article_search SET (toast_tuple_target = 4080);
--> statement-breakpoint
-- Rows live for milliseconds: vacuum must follow the turnover, not the size.
ALTER TABLE search_pending SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000);
--> statement-breakpoint
INSERT INTO article_search (id, epoch, version, search) SELECT id, epoch, version, search FROM articles WHERE NOT deleted ORDER BY id;
--> statement-breakpoint
DROP INDEX "articles_search";--> statement-breakpoint
CREATE INDEX "article_search_search" ON "article_search" USING gin ("search");--> statement-breakpoint
ALTER TABLE "articles" DROP COLUMN "search";
--> statement-breakpoint
-- By triggers, not by the statement that applies events: a process of an older version may still apply some, and a person may mend a row.
CREATE FUNCTION blog_search_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO search_pending (id) SELECT id FROM inserted WHERE NOT deleted;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION blog_search_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO search_pending (id) VALUES (NEW.id);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION blog_search_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM article_search WHERE id IN (SELECT id FROM removed);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION blog_search_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM search_pending;
  TRUNCATE article_search;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER search_inserted AFTER INSERT ON articles REFERENCING NEW TABLE AS inserted
FOR EACH STATEMENT EXECUTE FUNCTION blog_search_inserted();
--> statement-breakpoint
CREATE TRIGGER search_changed AFTER UPDATE ON articles FOR EACH ROW
WHEN ((OLD.title, OLD.content, OLD.author, OLD.category, OLD.tags, OLD.deleted)
  IS DISTINCT FROM (NEW.title, NEW.content, NEW.author, NEW.category, NEW.tags, NEW.deleted))
EXECUTE FUNCTION blog_search_changed();
--> statement-breakpoint
CREATE TRIGGER search_deleted AFTER DELETE ON articles REFERENCING OLD TABLE AS removed
FOR EACH STATEMENT EXECUTE FUNCTION blog_search_deleted();
--> statement-breakpoint
CREATE TRIGGER search_truncated AFTER TRUNCATE ON articles
FOR EACH STATEMENT EXECUTE FUNCTION blog_search_truncated();
