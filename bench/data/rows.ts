import type { Sql } from "../machine/sql.ts";
import { makeSentences } from "./sentences.ts";

/** Two words that exactly this many articles have both, however many articles there are. */
export const rare_words = "quokka zanzibar";
export const rare_matches = 100;

/** One in fifty is a draft; all others are published, so that reading them counts a view. */
export function isPublished(id: number): boolean {
  return id % 50 !== 0;
}

const chunk_rows = 10_000;

/** The articles' columns by name, from `i`, the id. Ten sentences are 1.1 kB. */
const columns = {
  id: "i",
  title: "left(s.all[1 + mod(i * 7, 2000)], 40) || ' ' || i",
  content: `(SELECT string_agg(s.all[1 + mod(hashint8extended(i * 16 + k, 0) & 2147483647, 2000)], ' ' ORDER BY k) FROM generate_series(1, 10) k)
    || CASE WHEN mod(i, s.total / ${rare_matches}) = 1 THEN ' A quokka met in zanzibar.' WHEN mod(i, 100) = 2 THEN ' A quokka.' WHEN mod(i, 100) = 3 THEN ' In zanzibar.' ELSE '' END`,
  author: "'Author ' || mod(i, 50)",
  category: "'category ' || mod(i, 12)",
  tags: "ARRAY['tag ' || mod(i, 40), 'tag ' || 40 + mod(i, 7)]",
  status: "CASE WHEN mod(i, 50) = 0 THEN 'draft' ELSE 'published' END",
  created_at: "'2025-01-01 00:00:00+00'::timestamptz + i * interval '17 seconds'",
  updated_at: "'2025-01-01 00:00:00+00'::timestamptz + i * interval '17 seconds'",
  published_at: "CASE WHEN mod(i, 50) <> 0 THEN '2025-01-01 01:00:00+00'::timestamptz + i * interval '17 seconds' END",
} as const;

/**
 * Fills `articles` with rows 1 to `total`, the same ones wherever it is called. `extra` are columns that only this table has.
 * Indexes are made afterwards, which takes a fraction of the time.
 */
export async function fillArticles(sql: Sql, total: number, extra: Readonly<Record<string, string>> = {}): Promise<void> {
  const sentences = makeSentences();
  const all = { ...columns, ...extra };
  const indexes = await sql.rows<{ name: string; definition: string }>(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
     FROM pg_index WHERE indrelid = 'articles'::regclass AND NOT indisprimary`,
  );
  for (const { name } of indexes) await sql.rows(`DROP INDEX ${name}`);
  const text = `INSERT INTO articles (${Object.keys(all).join(", ")}) SELECT ${Object.values(all).join(", ")}
    FROM (SELECT $1::text[] AS all, $2::bigint AS total) s, generate_series($3::bigint, $4::bigint) i`;
  for (let first = 1; first <= total; first += chunk_rows) {
    await sql.rows(text, [sentences, total, first, Math.min(first + chunk_rows - 1, total)]);
  }
  for (const { definition } of indexes) await sql.rows(definition);
}
