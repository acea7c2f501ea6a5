import type { Queryable } from "../store/database.ts";

/** PGlite runs PostgreSQL without its background processes: nobody else vacuums, analyses, or ends the growth of the WAL. */
const upkeep_every_ms = 5_000;
/** Replaying this much after a SIGKILL takes well under a second; writing it out stops the event loop for some 100 ms. */
const wal_bytes_max = 32 * 1_048_576;

/** As autovacuum's defaults (PostgreSQL manual, section 24.1.6), with a base that lets a small table rest for longer. */
const neediestTable = `
  SELECT format('%I.%I', schemaname, relname) AS name, n_dead_tup > 500 + 0.2 * n_live_tup AS vacuum
  FROM pg_stat_user_tables
  WHERE n_dead_tup > 500 + 0.2 * n_live_tup OR n_mod_since_analyze > 500 + 0.1 * n_live_tup
  ORDER BY 2 DESC, n_dead_tup DESC, n_mod_since_analyze DESC
  LIMIT 1`;

const walSinceCheckpoint = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn)::int8 AS bytes FROM pg_control_checkpoint()";

/** Sees to the one table that needs it most, and to the WAL: little at a time, since the process does nothing else meanwhile. */
export async function upkeep(database: Queryable): Promise<void> {
  const [table] = (await database.query<{ name: string; vacuum: boolean }>({ name: "upkeep_table", text: neediestTable })).rows;
  if (table) await database.query({ text: table.vacuum ? `VACUUM (ANALYZE) ${table.name}` : `ANALYZE ${table.name}` });
  const [wal] = (await database.query<{ bytes: number }>({ name: "upkeep_wal", text: walSinceCheckpoint })).rows;
  if (wal && wal.bytes > wal_bytes_max) await database.query({ text: "CHECKPOINT" });
}

/** Does it every few seconds until disposed of. */
export function keepUp(database: Queryable): AsyncDisposable {
  let running: Promise<void> = Promise.resolve();
  let idle = true;
  const timer = setInterval(() => {
    if (!idle) return;
    idle = false;
    // What failed is tried again; a database that is broken shows in everything else.
    running = upkeep(database)
      .catch(() => undefined)
      .finally(() => {
        idle = true;
      });
  }, upkeep_every_ms);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await running;
    },
  };
}
