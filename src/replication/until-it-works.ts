import { type Backoff, backOff } from "../platform/backoff.ts";
import { pause } from "../platform/deadline.ts";

export interface RetryPolicy {
  readonly backoff: Backoff;
  /** Gives up after so many tries; without it only the signal ends the waiting. */
  readonly attempts_max?: number;
  /** Errors that no repetition cures. */
  readonly isFinal: (error: unknown) => boolean;
  readonly onFailure: (error: unknown, attempt: number) => void;
}

/** Repeats `work`, with jittered waits between the tries, until it resolves. Throws the last error when it is final, or once `signal` aborts. */
export async function untilItWorks<Result>(
  work: () => Promise<Result>,
  signal: AbortSignal,
  { backoff, attempts_max = Number.POSITIVE_INFINITY, isFinal, onFailure }: RetryPolicy,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (isFinal(error)) throw error;
      onFailure(error, attempt);
      if (attempt >= attempts_max || signal.aborted) throw error;
      await pause(backOff(attempt - 1, backoff), signal);
      if (signal.aborted) throw error;
    }
  }
}
