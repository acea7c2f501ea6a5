import { AppError } from "../article/errors.ts";
import { pause } from "../platform/deadline.ts";
import type { Database, Statement } from "./database.ts";
import { plannedOnce } from "./planned-once.ts";

/** Tells when DB2 has caught up with what a caller knows. */
export interface VersionWait {
  /**
   * Whether the article, or its tombstone, has come to this version within 2 s. `published_only`: what is not published is as if it were
   * never there, so that it takes as long. Rejects when `signal` aborts, or DB2 does.
   */
  reached(id: number, version: number, signal: AbortSignal, published_only?: boolean): Promise<boolean>;
  /** DB2 has just changed: look now. Never throws, never waits. */
  wake(): void;
}

export interface VersionWaitParts {
  readonly database: Pick<Database, "query">;
  readonly timeout_ms?: number;
}

/** Longer than replication ever takes when all is well, shorter than the patience of who waits for a page. */
const wait_timeout_ms = 2000;
/** Another process may apply the event, and cannot wake us: looked for often at first. */
const poll_interval_ms = 5;
const poll_interval_max_ms = 100;
/** As many as may wait for a connection; one statement looks for all of them. */
const waiting_max = 10_000;

const versions: Statement = {
  name: "versions",
  text: `SELECT id, version, status = 'published' AND NOT deleted AS published FROM articles WHERE id = ANY(${plannedOnce("$1", "bigint[]")})`,
};

interface Waiter {
  readonly id: number;
  readonly version: number;
  readonly published_only: boolean;
  readonly until_ms: number;
  readonly settle: (reached: boolean) => void;
  readonly fail: (error: unknown) => void;
}

/** One statement at a time looks for everyone who waits, so that a replica that lags is not asked the more for it. */
export function createVersionWait({ database, timeout_ms = wait_timeout_ms }: VersionWaitParts): VersionWait {
  const waiting = new Set<Waiter>();
  let looking = false;
  let woken = new AbortController();

  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    for (let interval_ms = poll_interval_ms; waiting.size > 0; interval_ms = Math.min(poll_interval_max_ms, interval_ms * 1.5)) {
      if (woken.signal.aborted) {
        woken = new AbortController();
        interval_ms = poll_interval_ms;
      }
      await lookOnce([...waiting]);
      if (waiting.size > 0) await pause(interval_ms, woken.signal);
    }
    looking = false;
  }

  async function lookOnce(waiters: readonly Waiter[]): Promise<void> {
    try {
      const ids = [...new Set(waiters.map(({ id }) => id))];
      const { rows } = await database.query<{ id: number; version: number; published: boolean }>(versions, [ids]);
      const found = new Map(rows.map((row) => [row.id, row]));
      const now_ms = performance.now();
      for (const waiter of waiters) {
        const row = found.get(waiter.id);
        const reached = row !== undefined && row.version >= waiter.version && (row.published || !waiter.published_only);
        if (!reached && now_ms < waiter.until_ms) continue;
        waiting.delete(waiter);
        waiter.settle(reached);
      }
    } catch (error) {
      for (const waiter of waiters) {
        waiting.delete(waiter);
        waiter.fail(error);
      }
    }
  }

  return {
    async reached(id, version, signal, published_only = false) {
      signal.throwIfAborted();
      if (waiting.size >= waiting_max) {
        throw new AppError("unavailable", "Too many wait for the replica at the moment.", { retry_after_s: 1 });
      }
      const { promise, resolve, reject } = Promise.withResolvers<boolean>();
      const until_ms = performance.now() + timeout_ms;
      const waiter = { id, version, published_only, until_ms, settle: resolve, fail: reject };
      const leave = () => {
        waiting.delete(waiter);
        reject(signal.reason);
      };
      signal.addEventListener("abort", leave, { once: true });
      waiting.add(waiter);
      woken.abort();
      void look();
      return await promise.finally(() => signal.removeEventListener("abort", leave));
    },
    wake() {
      if (waiting.size > 0) woken.abort();
    },
  };
}
