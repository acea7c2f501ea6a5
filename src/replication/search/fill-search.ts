import { commit_soon } from "../../store/commit-soon.ts";
import type { Queryable, Statement } from "../../store/database.ts";

/** Up to so many rows `countPending` counts; beyond, it goes by their numbers. */
const counted_rows_max = 10_000;

/**
 * Takes the oldest entries of the queue that nobody else has taken and makes the vectors of their articles, or none beside a tombstone,
 * all in one commit: killed at any point, there is the entry or the vector. An article's row is locked only against its deletion,
 * so that who applies events never waits for this; a version that came meanwhile has an entry of its own. What another process
 * made of a newer version stays. It need not be on the disk when it is answered: the entry would be back too.
 */
const fill: Statement = {
  kind: "fill_search",
  text: `WITH picked AS MATERIALIZED (
  SELECT n FROM search_pending ORDER BY n LIMIT $1::bigint FOR UPDATE SKIP LOCKED
), taken AS (
  DELETE FROM search_pending WHERE n = ANY((SELECT array_agg(n) FROM picked)::bigint[]) RETURNING id
), current AS MATERIALIZED (
  SELECT * FROM articles WHERE id = ANY((SELECT array_agg(id) FROM taken)::bigint[]) FOR KEY SHARE
), filled AS (
  INSERT INTO article_search AS s (id, epoch, version, search)
  SELECT id, epoch, version, CASE WHEN NOT deleted THEN blog_search_vector(title, content, author, category, tags) END
  FROM current c
  WHERE NOT EXISTS (SELECT FROM article_search known WHERE known.id = c.id AND (known.epoch, known.version) >= (c.epoch, c.version))
  ORDER BY id
  ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, version = excluded.version, search = excluded.search
  WHERE (s.epoch, s.version) < (excluded.epoch, excluded.version)
)
SELECT count(*) AS taken, ${commit_soon} FROM taken`,
};

const putBehind: Statement = {
  name: "search_put_behind",
  text: `WITH picked AS MATERIALIZED (
  SELECT n FROM search_pending ORDER BY n LIMIT 1 FOR UPDATE SKIP LOCKED
), taken AS (
  DELETE FROM search_pending WHERE n = ANY((SELECT array_agg(n) FROM picked)::bigint[]) RETURNING id
)
INSERT INTO search_pending (id) SELECT id FROM taken`,
};

const pending: Statement = {
  name: "search_pending",
  text: `SELECT (SELECT count(*) FROM (SELECT FROM search_pending LIMIT ${counted_rows_max}) first_rows) AS counted,
  (SELECT max(n) - min(n) + 1 FROM search_pending) AS span`,
};

/** Makes what the next `articles_max` entries of the queue ask for. Answers how many there were; throws what the database says. */
export async function fillSearch(replica: Queryable, articles_max: number): Promise<number> {
  return (await replica.query<{ taken: number }>(fill, [articles_max])).rows[0]?.taken ?? 0;
}

/** Lets the others pass an entry that cannot be done. */
export async function putFirstBehind(replica: Queryable): Promise<void> {
  await replica.query(putBehind);
}

/** How many entries wait: exact up to 10,000, about right beyond, so that its cost does not grow with them. */
export async function countPending(replica: Queryable): Promise<number> {
  const [state] = (await replica.query<{ counted: number; span: number | null }>(pending)).rows;
  if (state === undefined) return 0;
  return state.counted < counted_rows_max ? state.counted : Math.max(state.counted, state.span ?? 0);
}
