import type { BreakerState } from "../gateway/circuit-breaker.ts";
import { createResilientPolicy, type ResilienceHooks, type ResilienceSettings } from "../gateway/resilient-policy.ts";
import { createRestClient, type Fetch, type RestClient } from "../gateway/rest-client.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Check, CheckResult } from "../platform/health.ts";
import type { Logger } from "../platform/log.ts";
import { singleFlight } from "../platform/single-flight.ts";
import type { Tracing } from "../tracing/open-tracing.ts";
import type { RoleServer } from "./role-server.ts";

/** One of the two that the gateway asks. */
export interface Upstream {
  readonly client: RestClient;
  readonly check: Check;
}

export interface UpstreamParts {
  readonly name: "api" | "replica";
  /** Undefined: the role in this process. */
  readonly url: string | undefined;
  readonly server: RoleServer | undefined;
  readonly settings?: Partial<ResilienceSettings>;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly tracing?: Tracing | undefined;
}

/** Shorter than a health check may take, so that its own words are told. */
const probe_timeout_ms = 800;

/** The REST client of an upstream with its own breaker, budget and bulkhead. Undefined when it is neither configured nor in this process. */
export function openUpstream({ name, url, server, settings, metrics, log, tracing }: UpstreamParts): Upstream | undefined {
  const reached = url === undefined ? server && inProcess(name, server) : overNetwork(url);
  if (reached === undefined) return undefined;
  const policy = createResilientPolicy({ ...(settings && { settings }), hooks: resilienceHooks(name, metrics, log) });
  const load_gauge = {
    name: "upstream_calls",
    help: "Attempts under way and waiting for a place",
    label_names: ["upstream", "state"],
  };
  metrics.sample(load_gauge, async () =>
    Object.entries(policy.load()).map(([state, value]) => ({ labels: { upstream: name, state }, value })),
  );
  const client = createRestClient({
    base_url: reached.base_url,
    fetch: tracing?.fetch("gateway", reached.base_url, reached.fetch) ?? reached.fetch,
    policy: policy.run,
    hooks: {
      onCall(operation, result, duration_ms) {
        metrics.upstream.requests.labels(name, operation, result).inc();
        metrics.upstream.duration.labels(name, operation).observe(duration_ms / 1000);
      },
    },
  });
  // A health report looks at an upstream twice.
  return { client, check: { name, required: false, run: singleFlight(reached.check) } };
}

interface Reached {
  readonly base_url: string;
  readonly fetch: Fetch;
  check(): Promise<CheckResult>;
}

function overNetwork(base_url: string): Reached {
  return {
    base_url,
    fetch: (request) => fetch(request),
    async check() {
      const response = await fetch(`${base_url}/api/v1/health/ready`, { signal: AbortSignal.timeout(probe_timeout_ms) });
      await response.body?.cancel();
      return response.ok ? { state: "up" } : { state: "down", detail: `it is not ready (${response.status})` };
    },
  };
}

function inProcess(name: string, { handler, health }: RoleServer): Reached {
  return {
    // A host that is never looked up: requests with it stay in the process.
    base_url: `http://${name}.in-process`,
    fetch: handler,
    async check() {
      const { status } = await health.report();
      return status === "ready" ? { state: "up" } : { state: "down", detail: "it is not ready" };
    },
  };
}

/** As dashboards and alerts read it: the higher, the worse. */
const breakerValues: Readonly<Record<BreakerState, number>> = { closed: 0, half_open: 1, open: 2 };

/** Metric and log line together, one function an event. What can come with every request is logged at debug: its request has a line. */
function resilienceHooks(upstream: string, { upstream: instruments }: Metrics, log: Logger): ResilienceHooks {
  instruments.breaker_state.labels(upstream).set(breakerValues.closed);
  return {
    onRetried(operation, reason, delay_ms) {
      instruments.retries.labels(upstream, operation, reason).inc();
      log.info({ upstream, operation, reason, delay_ms: Math.round(delay_ms) }, "a call is tried again");
    },
    onRetryBudgetExhausted(operation) {
      instruments.budget_exhausted.labels(upstream, operation).inc();
      log.debug({ upstream, operation }, "a call is not tried again: the retry budget is used up");
    },
    onCallRefused(operation, reason) {
      instruments.refused.labels(upstream, operation, reason).inc();
      log.debug({ upstream, operation, reason }, "a call was not made");
    },
    onBreakerChanged(state) {
      instruments.breaker_state.labels(upstream).set(breakerValues[state]);
      instruments.breaker_changes.labels(upstream, state).inc();
      log[state === "open" ? "warn" : "info"]({ upstream, state }, "the circuit breaker changed");
    },
  };
}
