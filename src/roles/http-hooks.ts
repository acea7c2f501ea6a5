import type { Metrics } from "../metrics/metrics.ts";
import type { HttpHooks } from "../platform/http-server.ts";
import type { Logger } from "../platform/log.ts";
import { operationalPaths } from "../platform/operational-routes.ts";
import { createRequestLines } from "../platform/request-lines.ts";
import { traceIdOf } from "../platform/trace.ts";

const knownMethods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const probes = new Set<string>(Object.values(operationalPaths));

/** Counts and logs requests around a role's handler. Probes and scrapes are logged at debug only. */
export function httpHooks(metrics: Metrics, log: Logger): HttpHooks {
  const logLine = createRequestLines(log);
  return {
    onRequestStarted() {
      metrics.http.in_flight.inc();
    },
    onRequestFinished({ method: sent, context, status, duration_ms }) {
      const { endpoint: route, request_id, traceparent } = context;
      const method = knownMethods.has(sent) ? sent : "other";
      metrics.http.in_flight.dec();
      metrics.http.requests.labels(method, route, String(status)).inc();
      metrics.http.duration.labels(method, route).observe(duration_ms / 1000);
      logLine(probes.has(route) ? "debug" : status >= 500 ? "error" : "info", {
        method,
        route,
        status,
        duration_ms: Math.round(duration_ms * 100) / 100,
        request_id,
        trace_id: traceIdOf(traceparent),
      });
    },
    onHandlerFailed(error, context) {
      log.error({ err: error, request_id: context.request_id }, "request failed unexpectedly");
    },
  };
}
