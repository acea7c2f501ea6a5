import { pause } from "../../platform/deadline.ts";
import { isAnswered, percentile, type Sample, share, startLoad, tally } from "./load.ts";
import { breakerOpening, type Stack } from "./stack.ts";

export interface OutageParts {
  readonly per_second: number;
  readonly normal_ms: number;
  readonly outage_ms: number;
  readonly after_ms: number;
}

export interface OutageReport {
  readonly queries: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly answered_share: number;
  /** From the kill until the breaker opened. */
  readonly opened_after_ms: number;
  readonly p99_before_open_ms: number;
  readonly p99_once_open_ms: number;
  /** While open: attempts that reached the API's port. */
  readonly probes_per_second: number;
  /** From the API's readiness to the first query after which all are fresh. */
  readonly fresh_after_ms: number;
  readonly normal_calls_per_second: number;
  /** Calls, and queries of the load, in the busiest second of each after the return: on a busy machine the load itself comes in bursts. */
  readonly returning_calls_per_second: number;
  readonly returning_queries_per_second: number;
}

/** The window of the breaker, twice, and then some. */
const open_timeout_ms = 30_000;

/** The API is killed under load, stays away, and comes back. */
export async function killUnderLoad(stack: Stack, parts: OutageParts): Promise<OutageReport> {
  const { front } = stack;
  const load = startLoad({ gateway: stack.urls.gateway, per_second: parts.per_second, ids: stack.ids });
  // The first queries of a process compile what the later ones reuse.
  await pause(500);
  front.forget();
  await pause(parts.normal_ms);
  const normal_calls_per_second = front.calls.length / (parts.normal_ms / 1000);

  const killed_ms = performance.now();
  const opening = breakerOpening(stack, open_timeout_ms);
  await stack.killApi();
  const opened_ms = await opening;
  if (opened_ms === undefined) throw new Error(`the breaker did not open within ${open_timeout_ms} ms`);
  front.forget();
  await pause(parts.outage_ms);
  const probes_per_second = front.calls.length / (parts.outage_ms / 1000);

  await stack.startApi();
  const back_ms = performance.now();
  front.forget();
  await pause(parts.after_ms);
  const samples = await load.stop();

  const during = samples.filter(({ at_ms }) => at_ms >= killed_ms && at_ms < back_ms);
  const last_stale = samples.findLast(({ outcome }) => outcome !== "fresh");
  return {
    queries: during.length,
    outcomes: tally(during),
    answered_share: share(during, isAnswered),
    opened_after_ms: opened_ms - killed_ms,
    p99_before_open_ms: percentile(within(samples, killed_ms, opened_ms), 0.99),
    p99_once_open_ms: percentile(within(samples, opened_ms, back_ms), 0.99),
    probes_per_second,
    fresh_after_ms: Math.max(0, (last_stale?.at_ms ?? back_ms) - back_ms),
    normal_calls_per_second,
    returning_calls_per_second: busiestSecond(front.calls.map(({ at_ms }) => at_ms)),
    returning_queries_per_second: busiestSecond(samples.flatMap(({ at_ms }) => (at_ms >= back_ms ? [at_ms] : []))),
  };
}

function within(samples: readonly Sample[], from_ms: number, to_ms: number): readonly Sample[] {
  return samples.filter(({ at_ms }) => at_ms >= from_ms && at_ms < to_ms);
}

function busiestSecond(times_ms: readonly number[]): number {
  return Math.max(0, ...times_ms.map((from) => times_ms.filter((at) => at >= from && at < from + 1000).length));
}
