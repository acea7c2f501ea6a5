import type { Database, Queryable, Statement } from "../../store/database.ts";

export interface Completion {
  readonly epoch: number;
  /** The partition in which `resync.completed` came, of how many. */
  readonly partition: number;
  readonly partitions: number;
}

/** Each page is a short statement, and between two of them a heartbeat comes through. */
const page_rows = 5_000;
/** Whoever waits for this lock keeps everybody behind it waiting. */
const lock_timeout_ms = 2_000;

/** The completions of two partitions take turns: each sees whether it is the last. */
const lockState: Statement = { name: "resync_lock", text: "SELECT complete_epoch FROM blog_state FOR UPDATE" };

const record: Statement = {
  name: "resync_record",
  text: `INSERT INTO resync_completions (epoch, partition, partitions) VALUES ($1, $2, $3)
ON CONFLICT (epoch, partition) DO UPDATE SET partitions = excluded.partitions`,
};

const countRecorded: Statement = { name: "resync_count", text: "SELECT count(*) AS n FROM resync_completions WHERE epoch = $1" };

/** Writes of articles that are under way end first, those to come see the new epoch: none brings back what is older. */
const lockArticles: Statement = { text: "LOCK TABLE articles IN SHARE ROW EXCLUSIVE MODE" };
const raiseFloor: Statement = { text: "UPDATE blog_state SET epoch = greatest(epoch, $1::integer)" };

const dropArticles: Statement = {
  name: "resync_drop_articles",
  text: `WITH page AS (SELECT id FROM articles WHERE id > $1::bigint ORDER BY id LIMIT ${page_rows}), dropped AS (
  DELETE FROM articles a USING page WHERE a.id = page.id AND a.epoch < $2::integer AND NOT a.deleted RETURNING 1
)
SELECT (SELECT max(id) FROM page) AS last_id, (SELECT count(*) FROM dropped) AS dropped`,
};

const dropCounts: Statement = {
  name: "resync_drop_counts",
  text: `WITH page AS (SELECT id FROM article_views WHERE id > $1::bigint ORDER BY id LIMIT ${page_rows}), dropped AS (
  DELETE FROM article_views v USING page WHERE v.id = page.id AND v.epoch < $2::integer RETURNING 1
)
SELECT (SELECT max(id) FROM page) AS last_id, (SELECT count(*) FROM dropped) AS dropped`,
};

const finish: Statement = {
  name: "resync_finish",
  text: `WITH forgotten AS (DELETE FROM resync_completions WHERE epoch <= $1::integer)
UPDATE blog_state SET complete_epoch = greatest(complete_epoch, $1::integer), history_missing = false`,
};

/**
 * Records that everything of a resync has come in one partition. With the last one, DB2 refuses older epochs from then on
 * and drops the articles that are still of one: DB1 no longer has them. They need no tombstone, since no event of theirs
 * is accepted any more; older tombstones stay. Answers how many were dropped, undefined while other partitions are
 * missing. Repeating it is harmless.
 */
export async function completePartition(
  database: Database,
  completion: Completion,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { epoch } = completion;
  if (!(await recordCompletion(database, completion))) return undefined;

  await database.withTransaction(
    async (tx) => {
      await tx.query(lockArticles);
      await tx.query(raiseFloor, [epoch]);
    },
    { lock_timeout_ms },
  );
  const dropped = await dropOlder(database, dropArticles, epoch, signal);
  await dropOlder(database, dropCounts, epoch, signal);
  await database.query(finish, [epoch]);
  return dropped;
}

/** Whether it was the last one that was missing. */
async function recordCompletion(database: Database, { epoch, partition, partitions }: Completion): Promise<boolean> {
  return await database.withTransaction(async (tx) => {
    const [state] = (await tx.query<{ complete_epoch: number }>(lockState)).rows;
    if (state && state.complete_epoch >= epoch) return false;
    await tx.query(record, [epoch, partition, partitions]);
    const [recorded] = (await tx.query<{ n: number }>(countRecorded, [epoch])).rows;
    return (recorded?.n ?? 0) >= partitions;
  });
}

async function dropOlder(queryable: Queryable, statement: Statement, epoch: number, signal: AbortSignal): Promise<number> {
  let after: number | null = Number.MIN_SAFE_INTEGER;
  let dropped = 0;
  while (after !== null) {
    signal.throwIfAborted();
    const [page]: readonly { last_id: number | null; dropped: number }[] = (
      await queryable.query<{ last_id: number | null; dropped: number }>(statement, [after, epoch])
    ).rows;
    dropped += page?.dropped ?? 0;
    after = page?.last_id ?? null;
  }
  return dropped;
}
