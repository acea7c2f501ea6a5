/** What one side did in one round. */
export interface Measurement {
  readonly requests: number;
  readonly requests_per_s: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  /** CPU of the server's processes per request. */
  readonly cpu_us: number;
  /** CPU of PostgreSQL per request, all backends and workers. */
  readonly postgres_cpu_us: number;
  /** CPU per request of what works for this side beside it: for ours the sync role and Kafka. */
  readonly beside_cpu_us: number;
  readonly rss_mib: number;
  /** How long after the turn's end nothing of it was left to do: for ours, until DB2 had everything. */
  readonly settled_after_s: number;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Throws when there are no values. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, min: at(0), max: at(sorted.length - 1) };
}
