import { createSlidingCount } from "./sliding-count.ts";

export interface RetryBudgetSettings {
  readonly window_ms: number;
  /** Retries per call: what a struggling API gets on top of its load, at most. */
  readonly share_max: number;
  /** So that a gateway with little to do can still retry. */
  readonly floor: number;
}

export interface RetryBudget {
  onCall(): void;
  /** Takes one retry out of the budget; false when there is none left. */
  take(): boolean;
}

export function createRetryBudget({ window_ms, share_max, floor }: RetryBudgetSettings, now: () => number): RetryBudget {
  const calls = createSlidingCount(window_ms, now);
  const retries = createSlidingCount(window_ms, now);
  return {
    onCall: () => calls.add(),
    take() {
      if (retries.total() >= floor + share_max * calls.total()) return false;
      retries.add();
      return true;
    },
  };
}
