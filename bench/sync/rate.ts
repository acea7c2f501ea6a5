import { waitFor } from "../../src/testing/wait-for.ts";
import type { Sql } from "../machine/sql.ts";

const poll_ms = 100;
const drain_timeout_ms = 180_000;

/**
 * Rows per second at which `articles` fills up to `total` rows, from the first that are seen to the last; where all come in one
 * commit, from `began_ms` on.
 */
export async function rateOfArrival(sql: Sql, total: number, began_ms: number): Promise<number> {
  let first: { readonly rows: number; readonly at_ms: number } | undefined;
  return await waitFor(
    `${total} rows to arrive`,
    async () => {
      const rows = await sql.number("SELECT count(*) FROM articles");
      const at_ms = performance.now();
      if (rows > 0) first ??= { rows, at_ms };
      if (rows < total || first === undefined) return undefined;
      return first.rows === total ? total / ((at_ms - began_ms) / 1000) : (total - first.rows) / ((at_ms - first.at_ms) / 1000);
    },
    { timeout_ms: drain_timeout_ms, interval_ms: poll_ms },
  );
}
