import type { BlogEvent } from "../article/events.ts";
import { columnDefinitions, columnList, columnsSetFrom } from "../store/column-list.ts";
import type { Database, Statement } from "../store/database.ts";
import { type Changes, coalesce } from "./coalesce.ts";

/** Ids whose row in DB2 was as new already. */
export interface Refused {
  readonly articles: ReadonlySet<number>;
  readonly views: ReadonlySet<number>;
}

const planned_once_rows_max = 20;

/**
 * Merges events into DB2 in one statement: an article where its (epoch, version) is newer, a count of views where its
 * (epoch, views) is greater, no count beside a tombstone, nothing of an epoch that a resync has replaced. Any order and
 * repetition of events comes to the same rows. Throws what the database says.
 */
export async function applyEvents(database: Database, events: readonly BlogEvent[]): Promise<Refused> {
  const changes = coalesce(events);
  if (changes.views.length === 0) return { articles: new Set(), views: new Set() };
  // A kept plan saves a small batch a third of its time. One that was made while DB2 was empty reads all of it, though, so a large
  // batch, such as those that fill an empty DB2, is planned for itself.
  const statement = changes.views.length > planned_once_rows_max ? { kind: merge.name, text: merge.text } : merge;
  const { rows } = await database.query<{ articles: string; views: string }>(statement, toValues(changes));
  const [refused] = rows;
  return { articles: toSet(refused?.articles), views: toSet(refused?.views) };
}

function toValues({ articles, views }: Changes): readonly string[] {
  return [JSON.stringify(articles), JSON.stringify(views)];
}

function toSet(ids: string | undefined): ReadonlySet<number> {
  const parsed: unknown = JSON.parse(ids ?? "[]");
  return new Set(Array.isArray(parsed) ? parsed : []);
}

/**
 * All parts see one snapshot, so none sees what another writes: hence RETURNING carries what `written` did, and an article
 * that it left alone is locked, which reads its latest row, so that no deletion comes between that look and the count.
 * What is there is updated, not inserted with a conflict, so that what is stale costs a look and no more. The conflict is for an insert
 * elsewhere at this moment. What search looks at is made behind this (`search/`): triggers put what it concerns into the queue.
 */
const merge = {
  name: "merge_events",
  text: `
WITH incoming AS MATERIALIZED (
  SELECT *, epoch >= (SELECT epoch FROM blog_state) AS valid FROM json_to_recordset($1::json)
    AS e(id bigint, ${columnDefinitions}, epoch integer, deleted boolean)
), counted AS MATERIALIZED (
  SELECT *, epoch >= (SELECT epoch FROM blog_state) AS valid
  FROM json_to_recordset($2::json) AS c(id bigint, views bigint, epoch integer)
), updated AS (
  UPDATE articles a SET ${columnsSetFrom("i")}, epoch = i.epoch, deleted = i.deleted
  FROM incoming i WHERE a.id = i.id AND i.valid AND (a.epoch, a.version) < (i.epoch, i.version)
  RETURNING a.id, a.deleted
), inserted AS (
  INSERT INTO articles AS a (id, ${columnList()}, epoch, deleted)
  SELECT id, ${columnList()}, epoch, deleted
  FROM incoming i WHERE i.valid AND NOT EXISTS (SELECT FROM articles known WHERE known.id = i.id) ORDER BY id
  ON CONFLICT (id) DO UPDATE SET ${columnsSetFrom("excluded")}, epoch = excluded.epoch, deleted = excluded.deleted
  WHERE (a.epoch, a.version) < (excluded.epoch, excluded.version)
  RETURNING a.id, a.deleted
), written AS (
  SELECT * FROM updated UNION ALL SELECT * FROM inserted
), left_alone AS MATERIALIZED (
  SELECT a.id, a.deleted FROM articles a JOIN counted USING (id)
  WHERE a.id NOT IN (SELECT id FROM written) ORDER BY a.id FOR NO KEY UPDATE OF a
), dropped AS (
  DELETE FROM article_views WHERE id IN (SELECT id FROM written WHERE deleted)
), viewed AS (
  INSERT INTO article_views AS v (id, views, epoch)
  SELECT id, views, epoch FROM counted
  WHERE valid AND id NOT IN (SELECT id FROM written WHERE deleted UNION ALL SELECT id FROM left_alone WHERE deleted) ORDER BY id
  ON CONFLICT (id) DO UPDATE SET views = excluded.views, epoch = excluded.epoch
  WHERE (v.epoch, v.views) < (excluded.epoch, excluded.views)
  RETURNING v.id
)
SELECT
  coalesce((SELECT json_agg(id) FROM incoming WHERE id NOT IN (SELECT id FROM written)), '[]')::text AS articles,
  coalesce((SELECT json_agg(id) FROM counted WHERE id NOT IN (SELECT id FROM viewed)), '[]')::text AS views`,
} satisfies Statement;
