export interface Backoff {
  /** The wait after the first failure; each next one doubles. */
  readonly first_ms: number;
  readonly max_ms: number;
}

/**
 * Milliseconds to wait after a failure that `earlier` others preceded without a success. Between half of it and the whole by chance,
 * so that many who failed together do not come back together.
 */
export function backOff(earlier: number, { first_ms, max_ms }: Backoff, random: () => number = Math.random): number {
  return Math.min(max_ms, first_ms * 2 ** earlier) * (0.5 + random() / 2);
}
