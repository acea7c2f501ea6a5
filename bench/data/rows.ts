import type { Sql } from "../machine/sql.ts";
import { makePassages, passage_count, passages_per_article } from "./passages.ts";

/** Pairs of words that exactly this many articles have both, however many articles there are. Several, since people look for different things. */
export const rare_matches = 100;
export const rare_pairs = Array.from({ length: 20 }, (_, number) => `quokka${number} zanzibar${number}`);

/** One in fifty is a draft; all others are published, so that reading them counts a view. */
export function isPublished(id: number): boolean {
  return id % 50 !== 0;
}

const chunk_rows = 10_000;

/** An element of `s.all` that looks picked at random, and is the same in every run. */
const passage = (number: number) => `s.all[1 + mod(hashint8extended(i * 16 + ${number}, 0) & 2147483647, ${passage_count})]`;

/** The articles' columns by name, from `i`, the id; together 1.1 kB. */
const columns = {
  id: "i",
  title: `left(${passage(0)}, 40) || ' ' || i`,
  content: `${Array.from({ length: passages_per_article }, (_, number) => passage(number + 1)).join(" || ' ' || ")}
    || CASE WHEN mod(i, s.total / ${rare_matches}) < ${rare_pairs.length}
         THEN ' A quokka' || mod(i, s.total / ${rare_matches}) || ' met in zanzibar' || mod(i, s.total / ${rare_matches}) || '.'
         WHEN mod(i, 50) = 30 THEN ' A quokka' || mod(i, 20) || '.' WHEN mod(i, 50) = 40 THEN ' In zanzibar' || mod(i, 20) || '.' ELSE '' END`,
  author: "'Author ' || mod(i, 50)",
  category: "'category ' || mod(i, 12)",
  tags: "ARRAY['tag ' || mod(i, 40), 'tag ' || 40 + mod(i, 7)]",
  status: "CASE WHEN mod(i, 50) = 0 THEN 'draft' ELSE 'published' END",
  created_at: "'2025-01-01 00:00:00+00'::timestamptz + i * interval '17 seconds'",
  updated_at: "'2025-01-01 00:00:00+00'::timestamptz + i * interval '17 seconds'",
  published_at: "CASE WHEN mod(i, 50) <> 0 THEN '2025-01-01 01:00:00+00'::timestamptz + i * interval '17 seconds' END",
} as const;

const source = "FROM (SELECT $1::text[] AS all, $2::bigint AS total) s, generate_series($3::bigint, $4::bigint) i";

/**
 * Fills `articles` with rows 1 to `total`, the same ones wherever it is called, over all the connections at once. `extra` are columns
 * that only this table has. Indexes are made afterwards, which takes a fraction of the time.
 */
export async function fillArticles(
  connections: readonly [Sql, ...Sql[]],
  total: number,
  extra: Readonly<Record<string, string>> = {},
): Promise<void> {
  const [sql] = connections;
  const passages = makePassages();
  const all = { ...columns, ...extra };
  const indexes = await sql.rows<{ name: string; definition: string }>(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
     FROM pg_index WHERE indrelid = 'articles'::regclass AND NOT indisprimary`,
  );
  for (const { name } of indexes) await sql.rows(`DROP INDEX ${name}`);
  const text = `INSERT INTO articles (${Object.keys(all).join(", ")}) SELECT ${Object.values(all).join(", ")} ${source}`;
  const chunks = Array.from({ length: Math.ceil(total / chunk_rows) }, (_, index) => index * chunk_rows + 1);
  await share(connections, chunks, (connection, first) =>
    connection.rows(text, [passages, total, first, Math.min(first + chunk_rows - 1, total)]),
  );
  for (const { definition } of indexes) await sql.rows(definition);
}

/** Each connection takes the next item when it is done with the one before. */
async function share<Item>(
  connections: readonly Sql[],
  items: readonly Item[],
  work: (sql: Sql, item: Item) => Promise<unknown>,
) {
  const left = items.values();
  await Promise.all(
    connections.map(async (connection) => {
      for (const item of left) await work(connection, item);
    }),
  );
}

/** Puts the same rows into a table of their own beside the peers' table, `staged`, from where they are quick to take. */
export async function stageArticles(sql: Sql, total: number): Promise<void> {
  await sql.rows("CREATE UNLOGGED TABLE staged (LIKE articles)");
  await sql.rows("ALTER TABLE staged DROP COLUMN IF EXISTS search");
  const text = `INSERT INTO staged (${Object.keys(columns).join(", ")}, views_count) SELECT ${Object.values(columns).join(", ")}, 0 ${source}`;
  await sql.rows(text, [makePassages(), total, 1, total]);
}
