export interface SlotsOptions {
  readonly at_once: number;
  readonly waiting_max: number;
  readonly wait_max_ms: number;
  /** What a caller is told for whom there is no slot. */
  readonly refused: () => unknown;
}

/** Runs so much work at once and no more, in the order of asking. */
export interface Slots {
  /** Throws `refused()` when too many wait already, or it waited too long; the signal's reason when that aborts before `work` began. */
  run<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result>;
}

interface Waiting {
  enter(): void;
}

export function createSlots({ at_once, waiting_max, wait_max_ms, refused }: SlotsOptions): Slots {
  const waiting = new Set<Waiting>();
  let taken = 0;

  function wait(signal: AbortSignal | undefined): Promise<void> {
    if (waiting.size >= waiting_max) return Promise.reject(refused());
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (settle: () => void) => {
      waiting.delete(mine);
      clearTimeout(timer);
      signal?.removeEventListener("abort", gone);
      settle();
    };
    const gone = () => leave(() => reject(signal?.reason));
    const mine: Waiting = { enter: () => leave(resolve) };
    const timer = setTimeout(() => leave(() => reject(refused())), wait_max_ms);
    signal?.addEventListener("abort", gone, { once: true });
    waiting.add(mine);
    return promise;
  }

  /** The slot goes to whoever waits longest, so that none who comes later overtakes. */
  function passOn(): void {
    const [next] = waiting;
    if (next === undefined) taken--;
    else next.enter();
  }

  return {
    async run(work, signal) {
      signal?.throwIfAborted();
      if (taken < at_once) taken++;
      else await wait(signal);
      try {
        return await work();
      } finally {
        passOn();
      }
    },
  };
}
