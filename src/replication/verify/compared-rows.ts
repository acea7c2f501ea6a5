import type { Database } from "../../store/database.ts";

/** Ids greater than `after`, up to and with `until`. */
export interface IdRange {
  readonly after: number;
  readonly until: number;
}

/** Any id that either database can hold; DB2 may have been given larger ones than ours by hand. */
export const every_id: IdRange = { after: Number.MIN_SAFE_INTEGER, until: Number.MAX_SAFE_INTEGER };

const utc = (column: string) => `coalesce((${column} AT TIME ZONE 'UTC')::text, '-')`;

/**
 * All of an article `a` but its views as 64 bits, computed in the database. SHA-256, since it comes out alike on every
 * server and in PGlite, and costs no more than `hashtextextended` beside building the text (measured: 7 µs an article of 1 kB).
 * Lengths come first, so that no text can be taken for the next field's.
 */
export const fingerprint = bits(
  ["octet_length(a.title)", "octet_length(a.author)", "octet_length(a.category)", "a.title", "a.author", "a.category", "a.tags"]
    .concat(["a.status", utc("a.created_at"), utc("a.updated_at"), utc("a.published_at"), "a.content"])
    .join(", "),
);

/** A row of a checksum: the article at its version, with its views. */
export const rowBits = bits(`id, a.version, coalesce(v.views, -1), coalesce(${fingerprint}, 0)`);

function bits(fields: string): string {
  return `('x' || encode(substr(sha256(convert_to(concat_ws(' ', ${fields}), 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint`;
}

/** Articles `a` with their views `v` in a range of ids; a count without its article too. Tombstones are no articles. */
export function comparedRows(name: Database["name"], after: string, until: string): string {
  const inRange = `id > ${after} AND id <= ${until}`;
  const alive = name === "replica" ? " AND NOT deleted" : "";
  return `(SELECT * FROM articles WHERE ${inRange}${alive}) a
  FULL JOIN (SELECT * FROM article_views WHERE ${inRange}) v USING (id)`;
}
