import type { Database, Queryable, Statement } from "../../store/database.ts";
import { comparedRows, type IdRange, rowBits } from "./compared-rows.ts";

export interface Checksum {
  readonly rows: number;
  /** Decimal: 64 bits are more than a number holds. */
  readonly bits: string;
}

export interface RangeChecksum extends Checksum {
  readonly range: IdRange;
}

/** So much is read in about a second, far from the statement time-out. */
const range_bytes_max = 64 * 1024 * 1024;

/** The range ends before the row that is one too many; it has no end of its own when there is none. */
const nextInPrimary: Statement = {
  name: "verify_next_range",
  text: `
WITH counted AS (
  SELECT id, row_number() OVER by_id AS n, sum(octet_length(content)) OVER by_id AS bytes
  FROM (SELECT id, content FROM articles WHERE id > $1::bigint AND id <= $2::bigint ORDER BY id LIMIT $3::bigint + 1) first
  WINDOW by_id AS (ORDER BY id)
), beyond AS (
  SELECT min(id) AS id FROM counted WHERE n > 1 AND (n > $3::bigint OR bytes > ${range_bytes_max})
), edge AS MATERIALIZED (
  SELECT coalesce((SELECT max(c.id) FROM counted c, beyond b WHERE c.id < b.id), $2::bigint) AS until
)
SELECT (SELECT until FROM edge) AS until, count(a.id) AS rows, coalesce(bit_xor(${rowBits}), 0)::text AS bits
FROM ${comparedRows("primary", "$1::bigint", "(SELECT until FROM edge)")}`,
};

const inReplica: Statement = {
  name: "verify_range",
  text: `
SELECT count(a.id) AS rows, coalesce(bit_xor(${rowBits}), 0)::text AS bits, coalesce(max(greatest(a.epoch, v.epoch)), 0) AS epoch
FROM ${comparedRows("replica", "$1::bigint", "$2::bigint")}`,
};

/** The first `rows_max` articles of `within` in DB1, or fewer long ones, as a range with its checksum. One round trip. */
export async function nextPrimaryRange(primary: Queryable, within: IdRange, rows_max: number): Promise<RangeChecksum> {
  const { rows } = await primary.query<{ until: number; rows: number; bits: string }>(nextInPrimary, [
    within.after,
    within.until,
    rows_max,
  ]);
  const [found] = rows;
  if (!found) throw new Error("the checksum of a range answered no row");
  return { range: { after: within.after, until: found.until }, rows: found.rows, bits: found.bits };
}

/** The same range in DB2, with the newest epoch in it. */
export async function replicaChecksum(
  replica: Queryable,
  { after, until }: IdRange,
): Promise<Checksum & { readonly epoch: number }> {
  const { rows } = await replica.query<Checksum & { epoch: number }>(inReplica, [after, until]);
  const [found] = rows;
  if (!found) throw new Error("the checksum of a range answered no row");
  return found;
}

/** Inside this process a long statement would keep everybody waiting. */
export function rowsPerRange({ kind }: Database): { readonly wide: number; readonly narrow: number } {
  return kind === "pglite" ? { wide: 500, narrow: 50 } : { wide: 10_000, narrow: 250 };
}
