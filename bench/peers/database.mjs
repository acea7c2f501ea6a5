// One pool for every peer: as many connections as ours has, and numbers where JavaScript has room for them.
import pg from "pg";

pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

export const article_columns =
  "id, title, content, author, category, tags, status, views_count, created_at, updated_at, published_at";

/** A prepared statement: parsed and planned once a connection. */
export async function rowsOf(name, text, values) {
  const { rows } = await pool.query({ name, text, values });
  return rows;
}
