import type { Queryable, Statement } from "../store/database.ts";

const position: Statement = {
  name: "articles_sequence",
  text: "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END AS last_id FROM articles_id_seq",
};

/** The last id that DB1 has given to an article; it gives each one only once. */
export async function lastGivenId(primary: Queryable): Promise<number> {
  const { rows } = await primary.query<{ last_id: number }>(position);
  return rows[0]?.last_id ?? 0;
}
