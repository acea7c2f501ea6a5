import { DeadlineExceeded, withDeadline } from "./deadline.ts";
import { singleFlight } from "./single-flight.ts";

/** What one dependency said. `detail` is for people, strangers among them: what is wrong, without hosts or SQL. */
export interface CheckResult {
  readonly state: "up" | "standby" | "down";
  readonly detail?: string;
}

export interface Check {
  readonly name: string;
  /** A required dependency that is down makes the role not ready. */
  readonly required: boolean;
  run(): Promise<CheckResult>;
}

export interface CheckReport extends CheckResult {
  readonly required: boolean;
  readonly latency_ms: number;
}

export type Lifecycle = "starting" | "running" | "stopping";

export interface HealthReport {
  readonly status: "ready" | "not_ready";
  readonly role: string;
  readonly lifecycle: Lifecycle;
  readonly uptime_s: number;
  readonly checks: Readonly<Record<string, CheckReport>>;
}

export interface Health {
  /** Checks that run at once share their answers, so that probes cannot load what they probe. */
  report(): Promise<HealthReport>;
  /** False only when the process should be restarted. */
  live(): { readonly live: boolean; readonly detail?: string };
  enter(lifecycle: Lifecycle): void;
  lifecycle(): Lifecycle;
  /** Adds what the role depends on, as soon as that is known. */
  watch(checks: readonly Check[]): void;
  /** `stalled` says why the process should be restarted, or undefined while all is well. */
  watchProgress(stalled: () => string | undefined): void;
}

/** Longer than any healthy answer, shorter than the time-out of common probes (Kubernetes: 1 s; compose: we set 5 s). */
const check_timeout_ms = 900;

export function createHealth({ role }: { readonly role: string }): Health {
  const started = performance.now();
  let lifecycle: Lifecycle = "starting";
  const checks: Check[] = [];
  let stalled: () => string | undefined = () => undefined;

  async function runChecks(): Promise<HealthReport> {
    const results = await Promise.all(checks.map(async (check) => [check.name, await runCheck(check)] as const));
    const ready = lifecycle === "running" && results.every(([, result]) => !result.required || result.state !== "down");
    return {
      status: ready ? "ready" : "not_ready",
      role,
      lifecycle,
      uptime_s: Math.round((performance.now() - started) / 1000),
      checks: Object.fromEntries(results),
    };
  }

  return {
    report: singleFlight(runChecks),
    live() {
      const detail = stalled();
      return detail === undefined ? { live: true } : { live: false, detail };
    },
    enter(next) {
      lifecycle = next;
    },
    lifecycle: () => lifecycle,
    watch(more) {
      checks.push(...more);
    },
    watchProgress(next) {
      stalled = next;
    },
  };
}

async function runCheck(check: Check): Promise<CheckReport> {
  const began = performance.now();
  // What an exception says may name hosts, and strangers read this.
  const result = await withDeadline(check.run(), check_timeout_ms).catch(
    (error: unknown): CheckResult => ({
      state: "down",
      detail: error instanceof DeadlineExceeded ? error.message : "it does not answer; the log says more",
    }),
  );
  return { ...result, required: check.required, latency_ms: Math.round((performance.now() - began) * 10) / 10 };
}
