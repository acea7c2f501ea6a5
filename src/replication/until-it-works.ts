import { pause } from "../platform/deadline.ts";

export interface RetryPolicy {
  /** The first wait; each next one doubles, up to `delay_max_ms`. */
  readonly delay_ms: number;
  readonly delay_max_ms: number;
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
  { delay_ms, delay_max_ms, attempts_max = Number.POSITIVE_INFINITY, isFinal, onFailure }: RetryPolicy,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (isFinal(error)) throw error;
      onFailure(error, attempt);
      if (attempt >= attempts_max || signal.aborted) throw error;
      const ceiling_ms = Math.min(delay_max_ms, delay_ms * 2 ** (attempt - 1));
      await pause(ceiling_ms * (0.5 + Math.random() / 2), signal);
      if (signal.aborted) throw error;
    }
  }
}
