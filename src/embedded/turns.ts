/** One at a time, in the order of asking. */
export interface Turns {
  /** Runs `work` when everyone before it is done; throws `late()` when that takes longer than the limit. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
  state(): { readonly busy: boolean; readonly waiting: number };
}

export interface TurnsOptions {
  readonly wait_max_ms: number;
  readonly late: () => unknown;
}

interface Waiting {
  readonly go: () => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** PGlite answers within the turn of the event loop; without a pause a row of queries would keep timers and sockets waiting. */
const busy_max_ms = 10;

export function createTurns({ wait_max_ms, late }: TurnsOptions): Turns {
  const queue: Waiting[] = [];
  let busy = false;
  let paused_ms = 0;

  function enter(): Promise<void> {
    if (!busy) {
      busy = true;
      return Promise.resolve();
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = {
      go: resolve,
      timer: setTimeout(() => {
        queue.splice(queue.indexOf(waiting), 1);
        reject(late());
      }, wait_max_ms),
    };
    queue.push(waiting);
    return promise;
  }

  function leave(): void {
    const next = queue.shift();
    if (next === undefined) {
      busy = false;
      return;
    }
    clearTimeout(next.timer);
    next.go();
  }

  return {
    async run(work) {
      await enter();
      try {
        if (performance.now() - paused_ms > busy_max_ms) {
          await new Promise<void>((resolve) => setImmediate(resolve));
          paused_ms = performance.now();
        }
        return await work();
      } finally {
        leave();
      }
    },
    state: () => ({ busy, waiting: queue.length }),
  };
}
