import type { RecordContent } from "../article/event-log.ts";
import { instantText } from "./article-json.ts";
import type { Database, Statement } from "./database.ts";
import { eventText } from "./event-text.ts";
import { encodeVerbatim } from "./verbatim-record.ts";

/** A row of the outbox that the log did not take. */
export interface ParkedSummary {
  readonly id: number;
  readonly key: string | null;
  readonly event_type: string;
  readonly reason: string;
  readonly error: string;
  readonly parked_at: string;
}

export interface ParkedFilter {
  readonly limit: number;
  readonly reason?: string;
  /** RFC 3339. */
  readonly since?: string;
}

/** What DB1 keeps for a person: events that cannot be published; and the way in for records that are sent again. */
export interface ParkedEvents {
  count(): Promise<number>;
  /** The newest first. */
  list(filter: ParkedFilter): Promise<readonly ParkedSummary[]>;
  /** With the event as it would be published now, or the text of a verbatim record. */
  get(id: number): Promise<(ParkedSummary & { readonly value: string; readonly verbatim: boolean }) | undefined>;
  /** Of all, the oldest first. */
  ids(limit: number): Promise<readonly number[]>;
  /** Puts them back into the outbox, under their ids. Answers those that were there. */
  unpark(ids: readonly number[]): Promise<readonly number[]>;
  /** Forgets them for good. Answers those that were there. */
  remove(ids: readonly number[]): Promise<readonly number[]>;
  /** Forgets those parked before `before` (RFC 3339), or all; answers how many. */
  removeAll(before?: string): Promise<number>;
  /** Has the relay publish these records as they are, in this order, all or none. */
  sendVerbatim(records: readonly (RecordContent & { readonly partition?: number })[]): Promise<void>;
}

const summary = `id, CASE WHEN verbatim OR partition IS NOT NULL THEN NULL ELSE article_id::text END AS key,
  event_type, reason, error, ${instantText("parked_at")} AS parked_at`;

const columns = "id, article_id, event_id, event_type, data, created_at, traceparent, partition, verbatim";

const statements = {
  count: { name: "parked_count", text: "SELECT count(*) AS n FROM parked_events" },
  list: {
    name: "parked_list",
    text: `SELECT ${summary} FROM parked_events
WHERE ($2::text IS NULL OR reason = $2) AND ($3::timestamptz IS NULL OR parked_at >= $3) ORDER BY parked_at DESC, id DESC LIMIT $1`,
  },
  get: {
    name: "parked_get",
    text: `SELECT ${summary}, verbatim, CASE WHEN verbatim THEN data ELSE ${eventText} END AS value FROM parked_events WHERE id = $1`,
  },
  ids: { name: "parked_ids", text: "SELECT id FROM parked_events ORDER BY id LIMIT $1" },
  unpark: {
    name: "parked_unpark",
    text: `WITH taken AS (DELETE FROM parked_events WHERE id = ANY($1::bigint[]) RETURNING *)
INSERT INTO outbox (${columns}) SELECT ${columns} FROM taken ORDER BY id RETURNING id`,
  },
  remove: { name: "parked_remove", text: "DELETE FROM parked_events WHERE id = ANY($1::bigint[]) RETURNING id" },
  removeAll: {
    name: "parked_remove_all",
    text: "DELETE FROM parked_events WHERE $1::timestamptz IS NULL OR parked_at < $1",
  },
  // The rows of one statement draw their ids in its order.
  send: {
    name: "outbox_send_verbatim",
    text: `INSERT INTO outbox (article_id, event_type, data, partition, verbatim)
SELECT 0, 'replay', record->>'data', (record->>'partition')::int, true
FROM json_array_elements($1::json) WITH ORDINALITY AS given(record, n) ORDER BY n`,
  },
} satisfies Readonly<Record<string, Statement>>;

/** Over DB1. Rejects with what the database rejects with. */
export function createParkedEvents(database: Database): ParkedEvents {
  const idsOf = async (statement: Statement, values: readonly unknown[]) => {
    const { rows } = await database.query<{ id: number }>(statement, values);
    return rows.map(({ id }) => id).sort((a, b) => a - b);
  };
  return {
    async count() {
      return (await database.query<{ n: number }>(statements.count)).rows[0]?.n ?? 0;
    },
    async list({ limit, reason = null, since = null }: { limit: number; reason?: string | null; since?: string | null }) {
      return (await database.query<ParkedSummary>(statements.list, [limit, reason, since])).rows;
    },
    async get(id) {
      const { rows } = await database.query<ParkedSummary & { value: string; verbatim: boolean }>(statements.get, [id]);
      return rows[0];
    },
    ids: (limit) => idsOf(statements.ids, [limit]),
    unpark: (ids) => idsOf(statements.unpark, [ids]),
    remove: (ids) => idsOf(statements.remove, [ids]),
    async removeAll(before) {
      return (await database.query(statements.removeAll, [before ?? null])).row_count;
    },
    async sendVerbatim(records) {
      const given = records.map(({ partition = null, ...record }) => ({ data: encodeVerbatim(record), partition }));
      await database.query(statements.send, [JSON.stringify(given)]);
    },
  };
}
