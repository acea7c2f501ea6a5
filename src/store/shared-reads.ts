import type { Origin, Origins } from "./origins.ts";

interface Caller<Result> {
  readonly signal: AbortSignal | undefined;
  readonly origin: Origin | undefined;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

interface Running {
  readonly began_ms: number;
}

export interface SharedReadsOptions<Query, Result> {
  /** `signal` is a lone caller's, and aborts when it waits no more. */
  run(query: Query, signal: AbortSignal | undefined): Promise<Result>;
  /** Nobody waits longer than this for another's statement to end; then there is one beside it. */
  patience_ms?: number;
  /** The database's, so that a statement belongs to all the calls that share it. */
  readonly origins: Origins | undefined;
}

const patience_default_ms = 100;

/**
 * One statement for the callers that ask for the same while it is being asked already: they wait for the one under way, and share
 * the next. Never the one under way, which may have begun before a write that the caller knows of. A lone caller's goes at once.
 */
export function createSharedReads<Query, Result>({
  run,
  patience_ms = patience_default_ms,
  origins,
}: SharedReadsOptions<Query, Result>): (key: string, query: Query, signal?: AbortSignal) => Promise<Result> {
  const running = new Map<string, Running>();
  const next = new Map<string, { readonly query: Query; readonly callers: Caller<Result>[] }>();

  async function start(key: string, query: Query, callers: readonly Caller<Result>[]): Promise<void> {
    const mine: Running = { began_ms: performance.now() };
    running.set(key, mine);
    try {
      const runNow = () => run(query, signalOf(callers));
      const result = await (origins === undefined
        ? runNow()
        : origins.onBehalfOf(
            callers.map(({ origin }) => origin),
            runNow,
          ));
      for (const caller of callers) caller.resolve(result);
    } catch (error) {
      for (const caller of callers) caller.reject(error);
    } finally {
      if (running.get(key) === mine) {
        running.delete(key);
        startNext(key);
      }
    }
  }

  function startNext(key: string): void {
    const waiting = next.get(key);
    if (waiting === undefined) return;
    next.delete(key);
    const callers = waiting.callers.filter(isAwaited);
    if (callers.length > 0) void start(key, waiting.query, callers);
  }

  return (key, query, signal) =>
    new Promise((resolve, reject) => {
      const caller = { signal, origin: origins?.current(), resolve, reject };
      const current = running.get(key);
      const waiting = next.get(key);
      if (waiting !== undefined) waiting.callers.push(caller);
      else if (current !== undefined) next.set(key, { query, callers: [caller] });
      else return void start(key, query, [caller]);
      if (current !== undefined && performance.now() - current.began_ms > patience_ms) startNext(key);
    });
}

/** Drops a caller that has given up before its statement began. */
function isAwaited<Result>({ signal, reject }: Caller<Result>): boolean {
  if (signal?.aborted !== true) return true;
  reject(signal.reason);
  return false;
}

/** A lone caller's: a statement that others share runs to its end. */
function signalOf<Result>([first, second]: readonly Caller<Result>[]): AbortSignal | undefined {
  return second === undefined ? first?.signal : undefined;
}
