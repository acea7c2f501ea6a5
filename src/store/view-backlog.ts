import { countingViews } from "./count-views.ts";
import type { Database, Statement } from "./database.ts";

/** Views that wait in DB1 to be counted. */
export interface ViewBacklog {
  /** Puts `views[n]` of the article `ids[n]` there, in one commit; no article twice. */
  put(ids: readonly number[], views: readonly number[]): Promise<void>;
  /** Makes one of what waits for the same article, where that pays. Resolves to the number of rows, a thousand articles each. */
  merge(): Promise<number>;
  /** Counts a row and leaves its events in the outbox; the next call takes the articles behind those. Resolves to false when none waits. */
  countNext(traceparent: string): Promise<boolean>;
  /** Whether another process has put something there since this one last asked, or put something there itself. */
  grows(): Promise<boolean>;
}

/** Articles of a row: its events are one row of the outbox. */
export const backlog_group_size = 1_000;

/** What one merge reads, some 20 kB each. */
const merged_rows_max = 1_000;
/** So many rows more than twice those of the last merge, and the next one pays: each view is merged a few times, not with every flush. */
const unmerged_rows_min = 10;

const asGroups = (source: string) => `INSERT INTO views_backlog (from_id, ids, views)
SELECT min(id), array_agg(id ORDER BY id), array_agg(views ORDER BY id)
FROM (SELECT id, views, (row_number() OVER (ORDER BY id) - 1) / ${backlog_group_size} AS nth FROM ${source}) numbered GROUP BY nth
RETURNING views_backlog.id`;

const put: Statement = { name: "views_put", text: asGroups("unnest($1::bigint[], $2::bigint[]) AS input(id, views)") };

/** What another process works on meanwhile is left to it, here and below. */
const merge: Statement = {
  name: "views_merge",
  text: `WITH taken AS (
  DELETE FROM views_backlog
  WHERE id IN (SELECT id FROM views_backlog ORDER BY id LIMIT ${merged_rows_max} FOR UPDATE SKIP LOCKED) RETURNING ids, views
),
merged AS (
  SELECT t.id, sum(t.views)::bigint AS views FROM taken, unnest(taken.ids, taken.views) AS t(id, views) GROUP BY t.id
)
${asGroups("merged")}`,
};

const count_rows: Statement = { name: "views_backlog_rows", text: "SELECT count(*) AS rows FROM views_backlog" };

const countNext: Statement = {
  name: "views_count_next",
  text: `WITH taken AS (
  DELETE FROM views_backlog WHERE id = (
    SELECT id FROM views_backlog ORDER BY from_id <= $1::bigint, from_id, id LIMIT 1 FOR UPDATE SKIP LOCKED
  ) RETURNING ids, views
),
input AS (SELECT t.id, t.views AS more FROM taken, unnest(taken.ids, taken.views) AS t(id, views)),
${countingViews("$2::text")}
SELECT ids[cardinality(ids)] AS until FROM taken`,
};

const newest: Statement = { name: "views_backlog_newest", text: "SELECT coalesce(max(id), 0) AS id FROM views_backlog" };

export function createViewBacklog(database: Database): ViewBacklog {
  /** The youngest row that this process knows of. */
  let known = 0;
  /** The last article that was counted: rows that begin behind it come first. */
  let until = 0;
  let rows_after_merge = 0;

  async function countRows(): Promise<number> {
    const { rows } = await database.query<{ rows: number }>(count_rows);
    return rows[0]?.rows ?? 0;
  }

  /** Resolves to whether a row was younger than those known. */
  async function learn(statement: Statement, values: readonly unknown[] = []): Promise<boolean> {
    const { rows } = await database.query<{ id: number }>(statement, values);
    const before = known;
    for (const { id } of rows) known = Math.max(known, id);
    return known > before;
  }

  return {
    async put(ids, views) {
      await learn(put, [ids, views]);
    },
    async merge() {
      const waiting = await countRows();
      if (waiting < 2 * rows_after_merge + unmerged_rows_min) return waiting;
      await learn(merge);
      rows_after_merge = await countRows();
      return rows_after_merge;
    },
    async countNext(traceparent) {
      const { rows } = await database.query<{ until: number }>(countNext, [until, traceparent]);
      until = rows[0]?.until ?? 0;
      return rows.length > 0;
    },
    grows: () => learn(newest),
  };
}
