import { articleJson, viewsJoin } from "../../store/article-json.ts";
import type { Queryable, Statement } from "../../store/database.ts";

/** A resync as DB1 remembers it. */
export interface ResyncRun {
  readonly epoch: number;
  /** Identity of the DB2 that it is for. */
  readonly replica: string;
  readonly sent: number;
  /** Everything is in the outbox, each partition's `resync.completed` too. */
  readonly all_sent: boolean;
  /** It has moved within the last day: what it sent is still in the log. */
  readonly fresh: boolean;
}

/** Well within what the relay takes at once; long articles come in smaller pages. */
const page_rows = 500;
const page_bytes_max = 8 * 1024 * 1024;

const columns = "epoch, replica, sent, sent_at IS NOT NULL AS all_sent, moved_at > clock_timestamp() - interval '1 day' AS fresh";

const readLast: Statement = { name: "resync_last", text: `SELECT ${columns} FROM resyncs ORDER BY epoch DESC LIMIT 1` };

const start: Statement = {
  name: "resync_start",
  text: `WITH raised AS (UPDATE blog_state SET epoch = greatest(epoch, $2::integer) + 1 RETURNING epoch)
INSERT INTO resyncs (epoch, replica) SELECT epoch, $1::uuid FROM raised RETURNING ${columns}`,
};

/** Only one page at a time is read and written: the row of the run is locked meanwhile. */
const sendPage: Statement = {
  name: "resync_send",
  text: `WITH run AS MATERIALIZED (
  SELECT sent_to FROM resyncs WHERE epoch = $1::integer FOR UPDATE
), counted AS (
  SELECT id, row_number() OVER by_id AS n, sum(bytes) OVER by_id AS bytes FROM (
    SELECT id, octet_length(content) AS bytes FROM articles WHERE id > (SELECT sent_to FROM run) ORDER BY id LIMIT ${page_rows}
  ) first WINDOW by_id AS (ORDER BY id)
), page AS MATERIALIZED (
  SELECT id FROM counted WHERE n = 1 OR bytes <= ${page_bytes_max}
), told AS (
  INSERT INTO outbox (article_id, event_type, data)
  SELECT a.id, 'article.updated', ${articleJson()} FROM page JOIN articles a ON a.id = page.id ${viewsJoin()} ORDER BY a.id
  RETURNING id
)
UPDATE resyncs SET sent_to = greatest(sent_to, (SELECT max(id) FROM page)), sent = sent + (SELECT count(*) FROM page),
  moved_at = clock_timestamp()
WHERE epoch = $1::integer
RETURNING sent, (SELECT count(*) FROM page) AS found, (SELECT max(id) FROM told) AS outbox_id`,
};

const sendCompletions: Statement = {
  name: "resync_complete",
  text: `WITH ended AS (
  UPDATE resyncs SET sent_at = clock_timestamp(), moved_at = clock_timestamp()
  WHERE epoch = $1::integer AND sent_at IS NULL RETURNING epoch
)
INSERT INTO outbox (article_id, event_type, data, partition)
SELECT 0, 'resync.completed', concat('{"epoch":', epoch, ',"partitions":', $2::integer, '}'), p
FROM ended, generate_series(0, $2::integer - 1) AS p ORDER BY p`,
};

export interface SentPage {
  /** In all. */
  readonly sent: number;
  /** How many articles this page has; 0 behind the last one. */
  readonly found: number;
  readonly outbox_id: number;
}

export async function lastRun(primary: Queryable): Promise<ResyncRun | undefined> {
  return (await primary.query<ResyncRun>(readLast)).rows[0];
}

/** Raises DB1's epoch above its own and above `replica_epoch`. What is taken from the outbox from now on is of the new epoch. */
export async function startRun(primary: Queryable, replica: string, replica_epoch: number): Promise<ResyncRun> {
  const [run] = (await primary.query<ResyncRun>(start, [replica, replica_epoch])).rows;
  if (!run) throw new Error("starting a resync answered no row");
  return run;
}

/** Puts the next articles in key order into the outbox, and remembers them as sent, in one statement. */
export async function sendNextPage(primary: Queryable, epoch: number): Promise<SentPage> {
  const [page] = (await primary.query<SentPage>(sendPage, [epoch])).rows;
  if (!page) throw new Error(`DB1 does not know the resync of epoch ${epoch}`);
  return page;
}

/** Puts one `resync.completed` a partition behind everything that was sent. Repeated, it does nothing. */
export async function sendAllCompleted(primary: Queryable, epoch: number, partitions: number): Promise<void> {
  await primary.query(sendCompletions, [epoch, partitions]);
}
