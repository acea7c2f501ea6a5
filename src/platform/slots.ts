export interface SlotsOptions {
  readonly at_once: number;
  readonly waiting_max: number;
  readonly wait_max_ms: number;
  /** What a caller is told for whom there is no slot. */
  readonly refused: () => unknown;
  /**
   * A slot that was given back rests for as long as it was held, but no longer than this: then work that keeps the event loop busy has half
   * of its time at most, and whatever else came meanwhile is done first. 0 without.
   */
  readonly rest_max_ms?: number;
}

/** Lets so many work at once and no more, in the order of asking. */
export interface Slots {
  /**
   * Resolves with what gives the slot back. Rejects with `refused()` when too many wait already, or it took too long; with the
   * signal's reason when that aborts before.
   */
  take(signal?: AbortSignal): Promise<() => void>;
}

export function createSlots({ at_once, waiting_max, wait_max_ms, refused, rest_max_ms = 0 }: SlotsOptions): Slots {
  const waiting = new Set<{ enter(): void }>();
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
    const mine = { enter: () => leave(resolve) };
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
    async take(signal) {
      signal?.throwIfAborted();
      if (taken < at_once) taken++;
      else await wait(signal);
      const began_ms = performance.now();
      return () => {
        if (rest_max_ms === 0) passOn();
        else setTimeout(passOn, Math.min(performance.now() - began_ms, rest_max_ms));
      };
    },
  };
}
