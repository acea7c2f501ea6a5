import { pause } from "../../platform/deadline.ts";
import { isAnswered, share, startLoad, tally } from "./load.ts";
import type { Stack } from "./stack.ts";

export interface HalfReport {
  readonly queries: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly answered_share: number;
  readonly calls: number;
  /** Calls that reached the API for each query of the load (each asks for one thing). */
  readonly calls_per_query: number;
}

/** The API answers 503 to half of the calls, at random, to the queries that reach it through `gateway`. */
export async function halfUnavailable(
  { front, ids }: Stack,
  gateway: string,
  { per_second, duration_ms }: { readonly per_second: number; readonly duration_ms: number },
): Promise<HalfReport> {
  front.setFault({ kind: "unavailable", share: 0.5, retry_after_s: 0 });
  front.forget();
  const load = startLoad({ gateway, per_second, ids });
  await pause(duration_ms);
  const samples = await load.stop();
  const calls = front.calls.length;
  front.setFault({ kind: "forward" });
  return {
    queries: samples.length,
    outcomes: tally(samples),
    answered_share: share(samples, isAnswered),
    calls,
    calls_per_query: calls / samples.length,
  };
}
