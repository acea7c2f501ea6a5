import { waitFor } from "../../src/testing/wait-for.ts";
import type { Sql } from "../machine/sql.ts";

const poll_ms = 100;
const drain_timeout_ms = 240_000;

export interface Arrival {
  /** Rows per second until all could be read. */
  readonly visible: number;
  /** Rows per second until all could be found by a search too, where that comes later. */
  readonly searchable: number;
}

/**
 * How fast `articles` fills up to `total` rows, from the first that are seen to the last; where all come in one commit, from
 * `began_ms` on. `behind` counts the articles that a search does not find yet.
 */
export async function rateOfArrival(sql: Sql, total: number, began_ms: number, behind = async () => 0): Promise<Arrival> {
  const until = { timeout_ms: drain_timeout_ms, interval_ms: poll_ms };
  let first: { readonly rows: number; readonly at_ms: number } | undefined;
  const from = await waitFor(
    `${total} rows to arrive`,
    async () => {
      const rows = await sql.number("SELECT count(*) FROM articles");
      if (rows > 0) first ??= { rows, at_ms: performance.now() };
      return rows >= total && first;
    },
    until,
  );
  const arrived_ms = performance.now();
  await waitFor("all to be found by a search", async () => (await behind()) === 0, until);
  const found_ms = performance.now();
  const at_once = from.rows >= total;
  const rate = (until_ms: number) =>
    at_once ? total / ((until_ms - began_ms) / 1000) : (total - from.rows) / ((until_ms - from.at_ms) / 1000);
  return { visible: rate(arrived_ms), searchable: rate(found_ms) };
}
