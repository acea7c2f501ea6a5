import type { RecordContent } from "../article/event-log.ts";
import { instantText } from "./article-json.ts";
import type { Database, Statement } from "./database.ts";
import { eventText } from "./event-text.ts";
import { decodeVerbatim, encodeVerbatim } from "./verbatim-record.ts";

/** A row of the outbox that the log did not take. */
export interface ParkedSummary {
  readonly id: number;
  readonly key: string | null;
  readonly event_type: string;
  readonly reason: string;
  readonly error: string;
  readonly parked_at: string;
}

/** With the record as it would be published now. */
export type ParkedDetail = ParkedSummary & Pick<RecordContent, "value" | "headers">;

export interface ParkedFilter {
  readonly reason?: string;
  /** RFC 3339. */
  readonly since?: string;
}

/** What DB1 keeps for a person: events that cannot be published; and the way in for records that are sent again. */
export interface ParkedEvents {
  count(filter?: ParkedFilter): Promise<number>;
  /** The newest first. */
  list(filter: ParkedFilter & { readonly limit: number }): Promise<readonly ParkedSummary[]>;
  get(id: number): Promise<ParkedDetail | undefined>;
  /** Of all. */
  ids(): Promise<readonly number[]>;
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

const chosen = "($1::text IS NULL OR reason = $1) AND ($2::timestamptz IS NULL OR parked_at >= $2)";

const statements = {
  count: { name: "parked_count", text: `SELECT count(*) AS n FROM parked_events WHERE ${chosen}` },
  list: {
    name: "parked_list",
    text: `SELECT ${summary} FROM parked_events WHERE ${chosen} ORDER BY parked_events.parked_at DESC, id DESC LIMIT $3`,
  },
  get: {
    name: "parked_get",
    text: `SELECT ${summary}, event_id, traceparent, verbatim, CASE WHEN verbatim THEN data ELSE ${eventText} END AS value
FROM parked_events WHERE id = $1`,
  },
  // Nobody has more than a few: an event is too large for the broker, or it is not.
  ids: { name: "parked_ids", text: "SELECT id FROM parked_events ORDER BY id LIMIT 100000" },
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

interface DetailRow extends ParkedSummary {
  readonly event_id: string;
  readonly traceparent: string | null;
  readonly verbatim: boolean;
  readonly value: string;
}

function toDetail({ event_id, traceparent, verbatim, value, ...row }: DetailRow): ParkedDetail {
  if (verbatim) return { ...row, ...decodeVerbatim(value), key: row.key };
  return { ...row, value, headers: { event_id, event_type: row.event_type, ...(traceparent !== null && { traceparent }) } };
}

/** Over DB1. Rejects with what the database rejects with. */
export function createParkedEvents(database: Database): ParkedEvents {
  const idsOf = async (statement: Statement, values: readonly unknown[]) => {
    const { rows } = await database.query<{ id: number }>(statement, values);
    return rows.map(({ id }) => id).sort((a, b) => a - b);
  };
  return {
    async count({ reason, since } = {}) {
      const { rows } = await database.query<{ n: number }>(statements.count, [reason ?? null, since ?? null]);
      return rows[0]?.n ?? 0;
    },
    async list({ reason, since, limit }) {
      return (await database.query<ParkedSummary>(statements.list, [reason ?? null, since ?? null, limit])).rows;
    },
    async get(id) {
      const { rows } = await database.query<DetailRow>(statements.get, [id]);
      return rows[0] && toDetail(rows[0]);
    },
    ids: () => idsOf(statements.ids, []),
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
