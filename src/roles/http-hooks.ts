import type { Metrics } from "../metrics/metrics.ts";
import type { FinishedRequest, HttpHooks } from "../platform/http-server.ts";
import type { Logger } from "../platform/log.ts";
import { operationalPaths } from "../platform/operational-routes.ts";
import { traceIdOf } from "../platform/trace.ts";

const knownMethods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const probes = new Set<string>(Object.values(operationalPaths));

/** Counts and logs requests around a role's handler. Probes and scrapes are logged at debug only. */
export function httpHooks(metrics: Metrics, log: Logger): HttpHooks {
  return {
    onRequestStarted() {
      metrics.http.in_flight.inc();
    },
    onRequestFinished(request) {
      const { context, status, duration_ms } = request;
      const method = knownMethods.has(request.method) ? request.method : "other";
      metrics.http.in_flight.dec();
      metrics.http.requests.labels(method, context.endpoint, String(status)).inc();
      metrics.http.duration.labels(method, context.endpoint).observe(duration_ms / 1000);
      logRequest(log, request, method);
    },
    onHandlerFailed(error, context) {
      log.error({ err: error, request_id: context.request_id }, "request failed unexpectedly");
    },
  };
}

function logRequest(log: Logger, { context, status, duration_ms }: FinishedRequest, method: string): void {
  const level = probes.has(context.endpoint) ? "debug" : status >= 500 ? "error" : "info";
  if (!log.isLevelEnabled(level)) return;
  const fields = {
    method,
    route: context.endpoint,
    status,
    duration_ms: Math.round(duration_ms * 100) / 100,
    request_id: context.request_id,
    trace_id: traceIdOf(context.traceparent),
  };
  log[level](fields, "request");
}
