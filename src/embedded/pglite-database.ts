import { withDeadline } from "../platform/deadline.ts";
import type { Database } from "../store/database.ts";
import type { DatabaseHooks } from "../store/database-hooks.ts";
import { databaseError, unavailable } from "../store/sql-errors.ts";
import { runTransaction, type Session } from "../store/transaction.ts";
import type { PgliteEngine } from "./pglite-engine.ts";
import { createPgliteSession } from "./pglite-session.ts";
import { createTurns } from "./turns.ts";

export interface PgliteOptions {
  readonly engine: PgliteEngine;
  /** A folder with a database, or an empty one; the caller holds the lock of the data folder. */
  readonly dir: string;
  readonly name: Database["name"];
  readonly hooks?: DatabaseHooks;
}

/** As long as a statement may take on a server. Also ends the wait of work that asks for its own turn a second time. */
const wait_max_ms = 30_000;
const close_timeout_ms = 10_000;

/**
 * A database inside this process: PostgreSQL in WebAssembly, over files in `dir`. It has one session, so queries and transactions
 * take turns; work inside withTransaction must use only its `tx`. What was answered outlives a SIGKILL of the process;
 * files are not forced to the disk, so it need not outlive a power cut.
 */
export async function openPglite({ engine, dir, name, hooks = {} }: PgliteOptions): Promise<Database> {
  const pglite = await engine.start(dir);
  const session = createPgliteSession(pglite, hooks);
  const turns = createTurns({ wait_max_ms, late: () => unavailable(new Error("waited too long for a turn"), name) });
  let closed: Error | undefined;

  async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    return await turns.run(async () => {
      if (closed) throw unavailable(closed, name);
      return await work();
    });
  }

  async function query<Row>(...args: Parameters<Session["query"]>) {
    try {
      return await session.query<Row>(...args);
    } catch (error) {
      throw databaseError(error, name);
    }
  }

  return {
    name,
    kind: "pglite",
    query: (statement, values, signal) =>
      inTurn(() => {
        signal?.throwIfAborted();
        return query(statement, values);
      }),
    withTransaction: (work, options) =>
      inTurn(async () => {
        try {
          return await runTransaction({ ...session, query }, work, options);
        } finally {
          // There is no second connection to go on with.
          if (!session.isIdle()) closed = new Error("a transaction could not be ended");
        }
      }),
    async withLeadership(_key, stop, work) {
      // The lock of the data folder is the leadership, and it is held for as long as the process lives.
      if (stop.aborted) return undefined;
      return await work(new AbortController().signal);
    },
    poolState() {
      const { busy, waiting } = turns.state();
      return { used: busy ? 1 : 0, idle: busy ? 0 : 1, waiting };
    },
    async [Symbol.asyncDispose]() {
      if (closed) return;
      await withDeadline(
        turns.run(async () => {
          closed = new Error("the database is closed");
          await pglite.close();
        }),
        close_timeout_ms,
      );
    },
  };
}
