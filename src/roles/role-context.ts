import type { Config } from "../config/config.ts";
import type { BuildInfo, Metrics } from "../metrics/metrics.ts";
import type { Health } from "../platform/health.ts";
import type { Handler } from "../platform/http-server.ts";
import type { Logger } from "../platform/log.ts";
import type { Tracing } from "../tracing/open-tracing.ts";

/** What every role of a process shares. */
export interface RoleContext {
  readonly config: Config;
  readonly build: BuildInfo;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Undefined: nothing is traced. */
  readonly tracing: Tracing | undefined;
  /** Aborts when the process is asked to stop: whatever waits for a service gives up. */
  readonly stop: AbortSignal;
}

/** A role that serves until it is disposed of. */
export interface RunningRole extends AsyncDisposable {
  readonly handler: Handler;
  readonly health: Health;
}
