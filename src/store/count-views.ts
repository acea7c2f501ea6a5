import { viewed_group } from "./viewed-group.ts";

/**
 * CTEs that count views: `input` (the CTE before them) gives each article's `id` once, with how many `more`.
 * Rows are locked in id order first, so that two processes that count the same articles wait instead of deadlocking.
 * Only articles that exist have a row. Their events are one row of the outbox: a row for each would cost more than the counts.
 */
export function countingViews(traceparent: string): string {
  return `locked AS MATERIALIZED (
  SELECT v.id, input.more FROM article_views v JOIN input ON input.id = v.id ORDER BY v.id FOR UPDATE OF v
),
added AS (
  UPDATE article_views v SET views = v.views + locked.more FROM locked WHERE v.id = locked.id RETURNING v.id, v.views
),
told AS (
  INSERT INTO outbox (article_id, event_type, data, traceparent)
  SELECT ${viewed_group.article_id}, '${viewed_group.event_type}', json_agg(json_build_array(id, views) ORDER BY id)::text, ${traceparent}
  FROM added HAVING count(*) > 0
)`;
}
