import type { Sql } from "../machine/sql.ts";

const pace_ms = 20;
const give_up_ms = 10_000;
/** Ten seconds, in which code is compiled and caches are filled on both sides. */
const warm_up_writes = 500;
const channel = "bench_arrived";

export interface Lag {
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly writes: number;
}

/**
 * 50 writes a second: for each, once warm, the time from its commit in the first database (by that server's own record of it) until the second
 * one told that the row is there, by the one clock of this machine. It tells by itself, with the commit that makes the row visible
 * (a trigger, and NOTIFY): asking over and over would keep half of the machine from the work that is measured. `write` gives the new
 * row's id.
 */
export async function measureLag(write: () => Promise<number>, from: Sql, to: Sql, writes: number): Promise<Lag> {
  await to.rows(tellOfArrivals);
  const seen_at_ms = new Map<number, number>();
  const timeOf = wallClock();
  await to.listen(channel, (id) => seen_at_ms.set(Number(id), timeOf()));
  const ids: number[] = [];
  const began = performance.now();
  for (let number = -warm_up_writes; number < writes; number++) {
    await Bun.sleep(Math.max(0, began + (number + warm_up_writes) * pace_ms - performance.now()));
    const id = await write();
    if (number >= 0) ids.push(id);
  }
  const deadline = performance.now() + give_up_ms;
  while (!ids.every((id) => seen_at_ms.has(id))) {
    if (performance.now() > deadline) throw new Error(`Of ${writes} articles ${seen_at_ms.size} arrived within ${give_up_ms} ms`);
    await Bun.sleep(pace_ms);
  }
  const committed = await from.rows<{ id: string; at: string }>(
    "SELECT id, 1000 * extract(epoch FROM pg_xact_commit_timestamp(xmin)) AS at FROM articles WHERE id = ANY($1)",
    [ids],
  );
  const lags_ms = committed.map(({ id, at }) => (seen_at_ms.get(Number(id)) ?? Number.NaN) - Number(at)).sort((a, b) => a - b);
  if (lags_ms.length !== writes) throw new Error(`${writes} rows were written, ${lags_ms.length} are there`);
  const percentile = (share: number) => lags_ms[Math.floor((lags_ms.length - 1) * share)] ?? Number.NaN;
  return { p50_ms: percentile(0.5), p99_ms: percentile(0.99), writes };
}

/** Also of rows that logical replication brings. */
const tellOfArrivals = `
CREATE FUNCTION bench_tell_of_arrival() RETURNS trigger LANGUAGE plpgsql
  AS $$ BEGIN PERFORM pg_notify('${channel}', NEW.id::text); RETURN NULL; END $$;
CREATE TRIGGER bench_arrival AFTER INSERT ON articles FOR EACH ROW EXECUTE FUNCTION bench_tell_of_arrival();
ALTER TABLE articles ENABLE ALWAYS TRIGGER bench_arrival;`;

/** Milliseconds since 1970 with their fractions, which Date.now() lacks: from the moment at which its next millisecond began. */
function wallClock(): () => number {
  const now = Date.now();
  while (Date.now() === now);
  const origin = Date.now() - performance.now();
  return () => origin + performance.now();
}
