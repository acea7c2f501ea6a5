import type { Outbox, OutboxRow } from "./article-store.ts";
import { commit_soon } from "./commit-soon.ts";
import type { Database, Statement } from "./database.ts";
import { eventText } from "./event-text.ts";
import { plannedOnce } from "./planned-once.ts";
import { decodeVerbatim } from "./verbatim-record.ts";
import { viewed_group, viewed_group_growth, viewedRecords } from "./viewed-group.ts";

/** A full outbox may hold articles of up to 7 MiB each; one is always taken. */
const taken_bytes_max = 8 * 1_048_576;

/** Counting further would read the table; see `state`. */
const counted_rows_max = 10_000;

const take: Statement = {
  name: "outbox_take",
  text: `SELECT id, article_id, event_id, event_type, traceparent, partition, verbatim,
  CASE WHEN verbatim THEN data ELSE ${eventText} END AS value
FROM (
  SELECT *, sum(octet_length(data) * CASE WHEN article_id = ${viewed_group.article_id} THEN ${viewed_group_growth} ELSE 1 END)
    OVER (ORDER BY id) AS bytes, row_number() OVER (ORDER BY id) AS n
  FROM (SELECT * FROM outbox WHERE id <> ALL($2::bigint[]) ORDER BY id LIMIT $1::bigint) oldest
) counted WHERE n = 1 OR bytes <= ${taken_bytes_max} ORDER BY id`,
};

/** What a crash of DB1 takes back is published once more, as after a crash between publishing and removing: DB2 has its version already. */
const remove: Statement = {
  name: "outbox_remove",
  text: `WITH removed AS (DELETE FROM outbox WHERE id = ANY(${plannedOnce("$1", "bigint[]")}))
SELECT ${commit_soon}`,
};

// By the index, which forgets deleted rows when it is read; the table keeps all those of the last minute until it is vacuumed, and
// reading them took 130 ms after 100,000 writes.
const state: Statement = {
  name: "outbox_state",
  text: `SELECT
  (SELECT count(*) FROM (SELECT FROM outbox ORDER BY id LIMIT ${counted_rows_max}) first_rows) AS counted,
  (SELECT max(id) - min(id) + 1 FROM outbox) AS span,
  (SELECT extract(epoch FROM clock_timestamp() - created_at)::float8 FROM outbox ORDER BY id LIMIT 1) AS oldest_age_s`,
};

/** In one statement: an event is never in neither table, nor in both. */
const park: Statement = {
  name: "outbox_park",
  text: `WITH taken AS (DELETE FROM outbox WHERE id = $1::bigint RETURNING *)
INSERT INTO parked_events (id, article_id, event_id, event_type, data, created_at, traceparent, partition, verbatim, reason, error)
SELECT id, article_id, event_id, event_type, data, created_at, traceparent, partition, verbatim, $2, $3 FROM taken`,
};

const last: Statement = { name: "outbox_last", text: "SELECT coalesce(max(id), 0) AS id FROM outbox" };

const waiting: Statement = {
  name: "outbox_waiting",
  text: "SELECT EXISTS (SELECT FROM outbox WHERE id <= $1::bigint) AS waiting",
};

interface TakenRow {
  readonly id: number;
  readonly article_id: number;
  readonly event_id: string;
  readonly event_type: string;
  readonly traceparent: string | null;
  readonly partition: number | null;
  readonly verbatim: boolean;
  readonly value: string;
}

/**
 * The events of DB1 that wait to be published, oldest first. `take` answers at most 8 MiB of data, or one row's events. Up to
 * 10,000 rows `pending` is exact; beyond, it is the span of ids, which rolled-back writes make a little too high, so that
 * its cost does not grow with the outbox.
 */
export function createOutbox(database: Database): Outbox {
  return {
    async take(limit, except = []) {
      const { rows } = await database.query<TakenRow>(take, [limit, except]);
      return rows.flatMap(toOutboxRows);
    },

    async remove(ids) {
      if (ids.length > 0) await database.query(remove, [[...new Set(ids)]]);
    },

    async park(id, reason, error) {
      await database.query(park, [id, reason, error]);
    },

    async last() {
      const { rows } = await database.query<{ id: number }>(last);
      return rows[0]?.id ?? 0;
    },

    async hasSent(id) {
      const { rows } = await database.query<{ waiting: boolean }>(waiting, [id]);
      return rows[0]?.waiting === false;
    },

    async state() {
      const { rows } = await database.query<{ counted: number; span: number | null; oldest_age_s: number | null }>(state);
      const [{ counted, span, oldest_age_s } = { counted: 0, span: null, oldest_age_s: null }] = rows;
      return {
        pending: counted < counted_rows_max ? counted : Math.max(counted, span ?? 0),
        oldest_age_s: Math.max(0, oldest_age_s ?? 0),
      };
    },
  };
}

function toOutboxRows({ id, article_id, value, event_id, event_type, traceparent, partition, verbatim }: TakenRow): OutboxRow[] {
  if (verbatim) return [{ id, ...decodeVerbatim(value), ...(partition !== null && { partition }) }];
  if (article_id === viewed_group.article_id && event_type === viewed_group.event_type) {
    return viewedRecords(value, traceparent).map((record) => ({ id, ...record }));
  }
  const headers = { event_id, event_type, ...(traceparent !== null && { traceparent }) };
  if (partition !== null) return [{ id, key: `partition-${partition}`, value, headers, partition }];
  return [{ id, key: String(article_id), value, headers }];
}
