CREATE FUNCTION blog_count(more_draft bigint, more_published bigint, more_archived bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF more_draft = 0 AND more_published = 0 AND more_archived = 0 THEN RETURN; END IF;
  INSERT INTO article_counts AS kept (slot, draft, published, archived)
  VALUES (pg_backend_pid() % 64, more_draft, more_published, more_archived)
  ON CONFLICT (slot) DO UPDATE SET
    draft = kept.draft + excluded.draft,
    published = kept.published + excluded.published,
    archived = kept.archived + excluded.archived;
END $$;
--> statement-breakpoint
CREATE FUNCTION blog_articles_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM blog_count(
    count(*) FILTER (WHERE status = 'draft'),
    count(*) FILTER (WHERE status = 'published'),
    count(*) FILTER (WHERE status = 'archived')) FROM inserted;
  INSERT INTO article_views (id) SELECT id FROM inserted ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION blog_article_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM blog_count(
    (NEW.status = 'draft')::int - (OLD.status = 'draft')::int,
    (NEW.status = 'published')::int - (OLD.status = 'published')::int,
    (NEW.status = 'archived')::int - (OLD.status = 'archived')::int);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION blog_articles_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM blog_count(
    -count(*) FILTER (WHERE status = 'draft'),
    -count(*) FILTER (WHERE status = 'published'),
    -count(*) FILTER (WHERE status = 'archived')) FROM removed;
  DELETE FROM article_views WHERE id IN (SELECT id FROM removed);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION blog_articles_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM article_counts;
  TRUNCATE article_views;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER articles_inserted AFTER INSERT ON articles REFERENCING NEW TABLE AS inserted
FOR EACH STATEMENT EXECUTE FUNCTION blog_articles_inserted();
--> statement-breakpoint
CREATE TRIGGER article_updated AFTER UPDATE ON articles
FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION blog_article_updated();
--> statement-breakpoint
CREATE TRIGGER articles_deleted AFTER DELETE ON articles REFERENCING OLD TABLE AS removed
FOR EACH STATEMENT EXECUTE FUNCTION blog_articles_deleted();
--> statement-breakpoint
CREATE TRIGGER articles_truncated AFTER TRUNCATE ON articles
FOR EACH STATEMENT EXECUTE FUNCTION blog_articles_truncated();
--> statement-breakpoint
-- Room on the page for the many small updates, so that they stay there and touch no index.
ALTER TABLE article_counts SET (fillfactor = 10);
--> statement-breakpoint
-- Two rows to a page before any is compressed, and not four: compressing what is mostly the search vector cost a tenth of a write.
ALTER TABLE articles SET (toast_tuple_target = 4080);
--> statement-breakpoint
-- Rows live for milliseconds: compressing them would cost more than their bytes, and vacuum must follow the turnover, not the size.
ALTER TABLE outbox ALTER COLUMN data SET STORAGE EXTERNAL;
--> statement-breakpoint
ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000);
--> statement-breakpoint
INSERT INTO blog_state DEFAULT VALUES;
