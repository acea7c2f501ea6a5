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
    count(*) FILTER (WHERE status = 'draft' AND NOT deleted),
    count(*) FILTER (WHERE status = 'published' AND NOT deleted),
    count(*) FILTER (WHERE status = 'archived' AND NOT deleted)) FROM inserted;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION blog_article_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM blog_count(
    (NEW.status = 'draft' AND NOT NEW.deleted)::int - (OLD.status = 'draft' AND NOT OLD.deleted)::int,
    (NEW.status = 'published' AND NOT NEW.deleted)::int - (OLD.status = 'published' AND NOT OLD.deleted)::int,
    (NEW.status = 'archived' AND NOT NEW.deleted)::int - (OLD.status = 'archived' AND NOT OLD.deleted)::int);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION blog_articles_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM blog_count(
    -count(*) FILTER (WHERE status = 'draft' AND NOT deleted),
    -count(*) FILTER (WHERE status = 'published' AND NOT deleted),
    -count(*) FILTER (WHERE status = 'archived' AND NOT deleted)) FROM removed;
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
FOR EACH ROW WHEN (OLD.status <> NEW.status OR OLD.deleted <> NEW.deleted) EXECUTE FUNCTION blog_article_updated();
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
INSERT INTO blog_state DEFAULT VALUES;
