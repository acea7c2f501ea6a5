import { readdirSync, readFileSync } from "node:fs";
import { pause } from "../../platform/deadline.ts";
import { isAnswered, percentile, share, startLoad, tally } from "./load.ts";
import { breakerOpening, type Stack } from "./stack.ts";

export interface HangParts {
  readonly per_second: number;
  readonly hang_ms: number;
  /** What each caller grants. */
  readonly timeout_ms: number;
}

export interface HangReport {
  readonly queries: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly answered_share: number;
  readonly slowest_ms: number;
  readonly p99_ms: number;
  /** Of the gateway's process: every second of the hang's later half. */
  readonly memory_mib: readonly number[];
  readonly open_files: readonly number[];
  readonly attempts_per_second: number;
  /** From the hang's begin until the breaker opened; undefined when it never did. */
  readonly opened_after_ms: number | undefined;
}

/** Connections to the API open and stay open, and nothing passes. */
export async function hangUnderLoad(stack: Stack, { per_second, hang_ms, timeout_ms }: HangParts): Promise<HangReport> {
  const { wire, gateway } = stack;
  const load = startLoad({ gateway: stack.urls.gateway, per_second, ids: stack.ids, timeout_ms });
  await pause(500);
  const before = wire.counters.connections;
  const began_ms = performance.now();
  await wire.setMode({ kind: "hang" });
  const opening = breakerOpening(stack, hang_ms);
  await pause(hang_ms / 2);
  const memory_mib: number[] = [];
  const open_files: number[] = [];
  while (performance.now() < began_ms + hang_ms) {
    memory_mib.push(residentMib(gateway.pid));
    open_files.push(readdirSync(`/proc/${gateway.pid}/fd`).length);
    await pause(1_000);
  }
  const attempts_per_second = (wire.counters.connections - before) / (hang_ms / 1000);
  const samples = (await load.stop()).filter(({ at_ms }) => at_ms >= began_ms);
  await wire.setMode({ kind: "forward" });
  const opened_ms = await opening;
  return {
    queries: samples.length,
    outcomes: tally(samples),
    answered_share: share(samples, isAnswered),
    slowest_ms: percentile(samples, 1),
    p99_ms: percentile(samples, 0.99),
    memory_mib,
    open_files,
    attempts_per_second,
    opened_after_ms: opened_ms === undefined ? undefined : opened_ms - began_ms,
  };
}

function residentMib(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Math.round(Number(line?.[1] ?? 0) / 1024);
}
