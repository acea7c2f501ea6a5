import type { Sql } from "../machine/sql.ts";

/** How many articles DB2 has that a search does not find yet: their vectors are made behind what applies events. */
export async function searchBehind(replica: Sql): Promise<number> {
  // Earlier executables, which may be measured too, make them with the row.
  const [queue] = await replica.rows<{ there: boolean }>("SELECT to_regclass('search_pending') IS NOT NULL AS there");
  return queue?.there === true ? await replica.number("SELECT count(*) FROM search_pending") : 0;
}
