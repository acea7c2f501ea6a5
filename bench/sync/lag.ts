import type { Sql } from "../machine/sql.ts";

const pace_ms = 20;
const give_up_ms = 10_000;

export interface Lag {
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly writes: number;
}

/**
 * 50 writes a second: for each, the time from its commit in the first database (by that server's own record of it) until a
 * statement in the second one saw the row, by the one clock of this machine. The second database is only asked while a row is on
 * its way, over and over, so that asking costs little and is exact to a fraction of a millisecond. `write` gives the new row's id.
 */
export async function measureLag(write: () => Promise<number>, from: Sql, to: Sql, writes: number): Promise<Lag> {
  const seen_at = new Map<number, number>();
  const began = performance.now();
  for (let number = 0; number < writes; number++) {
    await Bun.sleep(Math.max(0, began + number * pace_ms - performance.now()));
    const id = await write();
    seen_at.set(id, await whenVisible(to, id));
  }
  const committed = await from.rows<{ id: string; at: string }>(
    "SELECT id, extract(epoch FROM pg_xact_commit_timestamp(xmin)) AS at FROM articles WHERE id = ANY($1)",
    [[...seen_at.keys()]],
  );
  const lags_ms = committed
    .map(({ id, at }) => 1000 * ((seen_at.get(Number(id)) ?? Number.NaN) - Number(at)))
    .sort((a, b) => a - b);
  if (lags_ms.length !== writes) throw new Error(`${writes} rows were written, ${lags_ms.length} are there`);
  const percentile = (share: number) => lags_ms[Math.floor((lags_ms.length - 1) * share)] ?? Number.NaN;
  return { p50_ms: percentile(0.5), p99_ms: percentile(0.99), writes };
}

/** The server's time, in seconds since 1970, of the first statement that saw the row. */
async function whenVisible(sql: Sql, id: number): Promise<number> {
  const deadline = performance.now() + give_up_ms;
  while (performance.now() < deadline) {
    const at = await sql.number("SELECT extract(epoch FROM clock_timestamp()) FROM articles WHERE id = $1", [id]);
    if (!Number.isNaN(at)) return at;
  }
  throw new Error(`Article ${id} did not arrive within ${give_up_ms} ms`);
}
