import { instantText } from "../store/article-json.ts";
import type { Database, Statement } from "../store/database.ts";
import {
  type DeadLetterDetail,
  type DeadLetterFilter,
  type DeadLetterSummary,
  eventOf,
  readable,
  replay_header,
} from "./dead-letter.ts";

/** A dead letter on its way back: as it came. */
export interface ClaimedLetter {
  readonly id: string;
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
  /** It had been replayed before. */
  readonly again: boolean;
}

export interface LetterSize {
  readonly id: string;
  readonly bytes: number;
  readonly replayed_at: string | null;
}

interface SummaryRow {
  readonly id: string;
  readonly source_topic: string;
  readonly source_partition: number;
  readonly source_offset: number;
  readonly key: Uint8Array | null;
  readonly headers: string;
  readonly reason: string;
  readonly error: string;
  readonly failed_at: string;
  readonly attempts: number;
  readonly replayed_at: string | null;
}

type ClaimedRow = Omit<ClaimedLetter, "headers" | "key" | "value"> & {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: string;
};

const summary = `id, source_topic, source_partition, source_offset, key, headers::text AS headers, reason, error,
  ${instantText("failed_at")} AS failed_at, attempts, ${instantText("replayed_at")} AS replayed_at`;

const chosen = "($1::text IS NULL OR reason = $1) AND ($2::timestamptz IS NULL OR failed_at >= $2)";

const statements = {
  count: { name: "letters_count", text: `SELECT count(*) AS n FROM dead_letters WHERE ${chosen}` },
  list: {
    name: "letters_list",
    text: `SELECT ${summary} FROM dead_letters WHERE ${chosen}
ORDER BY dead_letters.failed_at DESC, source_partition, source_offset DESC LIMIT $3`,
  },
  get: { name: "letters_get", text: `SELECT ${summary}, value FROM dead_letters WHERE id = $1` },
  // Events of one article lie in one partition, so this order is theirs.
  sizes: {
    name: "letters_sizes",
    text: `SELECT id, coalesce(octet_length(value), 0) AS bytes, ${instantText("replayed_at")} AS replayed_at FROM dead_letters
WHERE CASE WHEN $1::text[] IS NULL THEN $2 OR replayed_at IS NULL ELSE id = ANY($1) END
ORDER BY source_partition, source_offset LIMIT $3`,
  },
  // Marked before they are sent: of two people who replay at once, one does.
  claim: {
    name: "letters_claim",
    text: `UPDATE dead_letters SET replayed_at = clock_timestamp() WHERE id = ANY($1::text[]) AND ($2 OR replayed_at IS NULL)
RETURNING id, source_partition AS partition, key, value, headers::text AS headers, old.replayed_at IS NOT NULL AS again`,
  },
  release: { name: "letters_release", text: "UPDATE dead_letters SET replayed_at = NULL WHERE id = ANY($1::text[])" },
  remove: { name: "letters_remove", text: "DELETE FROM dead_letters WHERE id = ANY($1::text[]) RETURNING id" },
  removeAll: {
    name: "letters_remove_all",
    text: "DELETE FROM dead_letters WHERE $1::timestamptz IS NULL OR failed_at < $1",
  },
} satisfies Readonly<Record<string, Statement>>;

export type KeptLetters = ReturnType<typeof createKeptLetters>;

/** The dead letters that DB2 keeps. Rejects with what the database rejects with. */
export function createKeptLetters(database: Database) {
  return {
    async count({ reason, since }: Omit<DeadLetterFilter, "limit">): Promise<number> {
      const { rows } = await database.query<{ n: number }>(statements.count, [reason ?? null, since ?? null]);
      return rows[0]?.n ?? 0;
    },

    /** The newest first. */
    async list({ reason, since, limit }: DeadLetterFilter): Promise<readonly DeadLetterSummary[]> {
      const { rows } = await database.query<SummaryRow>(statements.list, [reason ?? null, since ?? null, limit]);
      return rows.map(toSummary);
    },

    async get(id: string): Promise<DeadLetterDetail | undefined> {
      const { rows } = await database.query<SummaryRow & { readonly value: Uint8Array | null }>(statements.get, [id]);
      return rows[0] && toDetail(rows[0]);
    },

    /** Those of `ids`, or all that were not replayed (with `force` those too), in the order in which they came. */
    async sizes(ids: readonly string[] | undefined, force: boolean, limit: number): Promise<readonly LetterSize[]> {
      return (await database.query<LetterSize>(statements.sizes, [ids ?? null, force, limit])).rows;
    },

    /** Marks them as replayed and answers them, in the order of `ids`; those that somebody else has replayed are left out, unless forced. */
    async claim(ids: readonly string[], force: boolean): Promise<readonly ClaimedLetter[]> {
      const { rows } = await database.query<ClaimedRow>(statements.claim, [ids, force]);
      const claimed = new Map(rows.map((row) => [row.id, toClaimed(row)]));
      return ids.flatMap((id) => claimed.get(id) ?? []);
    },

    /** Undoes the marks of letters that could not be sent. */
    async release(letters: readonly ClaimedLetter[]): Promise<void> {
      const ids = letters.filter(({ again }) => !again).map(({ id }) => id);
      if (ids.length > 0) await database.query(statements.release, [ids]);
    },

    /** Answers the ids of those that were there. */
    async remove(ids: readonly string[]): Promise<readonly string[]> {
      return (await database.query<{ id: string }>(statements.remove, [ids])).rows.map(({ id }) => id);
    },

    /** Those that failed before `before` (RFC 3339), or all; answers how many. */
    async removeAll(before?: string): Promise<number> {
      return (await database.query(statements.removeAll, [before ?? null])).row_count;
    },
  };
}

function toSummary(row: SummaryRow): DeadLetterSummary {
  const { id, source_topic: topic, source_partition: partition, source_offset: offset, key, reason, error } = row;
  const headers = decodeHeaders(row.headers);
  return {
    id,
    source: { topic, partition, offset },
    key: key && readable(key),
    event_type: textOf(headers["event_type"]),
    reason,
    error,
    failed_at: row.failed_at,
    attempts: row.attempts,
    replayed_at: row.replayed_at,
    replay_of: textOf(headers[replay_header]),
  };
}

function toDetail(row: SummaryRow & { readonly value: Uint8Array | null }): DeadLetterDetail {
  const value = row.value && readable(row.value);
  const headers = Object.entries(decodeHeaders(row.headers)).map(([name, header]) => [name, readable(header)]);
  return { ...toSummary(row), headers: Object.fromEntries(headers), value, event: eventOf(value) };
}

function toClaimed({ key, value, headers, ...row }: ClaimedRow): ClaimedLetter {
  return { ...row, key: key && Buffer.from(key), value: value && Buffer.from(value), headers: decodeHeaders(headers) };
}

/** As `dead-letters.ts` wrote them. */
function decodeHeaders(text: string): Readonly<Record<string, Buffer>> {
  const encoded: Readonly<Record<string, string>> = JSON.parse(text);
  return Object.fromEntries(Object.entries(encoded).map(([name, header]) => [name, Buffer.from(header, "base64")]));
}

function textOf(header: Buffer | undefined): string | null {
  return header === undefined ? null : readable(header).text;
}
