export interface SlidingCount {
  add(): void;
  /** How many were added within the window. */
  total(): number;
  clear(): void;
}

/** Counts what happened in the last `window_ms`, in ten steps. `now` is in milliseconds. */
export function createSlidingCount(window_ms: number, now: () => number): SlidingCount {
  const step_ms = window_ms / 10;
  const counts = new Map<number, number>();

  function forgetOld(): number {
    const current = Math.floor(now() / step_ms);
    for (const step of counts.keys()) if (step <= current - 10 || step > current) counts.delete(step);
    return current;
  }

  return {
    add() {
      const current = forgetOld();
      counts.set(current, (counts.get(current) ?? 0) + 1);
    },
    total() {
      forgetOld();
      return counts.values().reduce((sum, count) => sum + count, 0);
    },
    clear: () => counts.clear(),
  };
}
