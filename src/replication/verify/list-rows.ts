import type { Database, Queryable, Statement } from "../../store/database.ts";
import { comparedRows, fingerprint, type IdRange } from "./compared-rows.ts";

interface ListedRow {
  readonly id: number;
  /** Equal where article and views are. */
  readonly bits: string;
}

const page_rows = 1_000;

const statements: Readonly<Record<Database["name"], Statement>> = { primary: listing("primary"), replica: listing("replica") };

function listing(name: Database["name"]): Statement {
  return {
    name: "verify_list",
    text: `SELECT id, concat_ws(' ', a.version, coalesce(v.views, -1), ${fingerprint}) AS bits
FROM ${comparedRows(name, "$1::bigint", "$2::bigint")} ORDER BY id LIMIT ${page_rows}`,
  };
}

/** The ids of a range whose rows differ, in order, a page of each database at a time. */
export async function* differingIds(primary: Queryable, replica: Queryable, range: IdRange): AsyncGenerator<number> {
  let after = range.after;
  while (after < range.until) {
    const values = [after, range.until];
    const [ours, theirs] = await Promise.all([
      primary.query<ListedRow>(statements.primary, values),
      replica.query<ListedRow>(statements.replica, values),
    ]);
    // Of a full page nothing is known behind its last row.
    const until = Math.min(lastOf(ours.rows, range), lastOf(theirs.rows, range));
    yield* compare(ours.rows, theirs.rows, until);
    after = until;
  }
}

function lastOf(rows: readonly ListedRow[], { until }: IdRange): number {
  return rows.length < page_rows ? until : (rows.at(-1)?.id ?? until);
}

function* compare(ours: readonly ListedRow[], theirs: readonly ListedRow[], until: number): Generator<number> {
  const inReplica = new Map(theirs.filter(({ id }) => id <= until).map(({ id, bits }) => [id, bits]));
  const differing: number[] = [];
  for (const { id, bits } of ours) {
    if (id > until) break;
    if (inReplica.get(id) !== bits) differing.push(id);
    inReplica.delete(id);
  }
  yield* [...differing, ...inReplica.keys()].sort((a, b) => a - b);
}
