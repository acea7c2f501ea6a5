import type { Tracer } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import { ATTR_SERVICE_INSTANCE_ID, ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from "@opentelemetry/semantic-conventions";
import type { EventLog } from "../article/event-log.ts";
import type { DatabaseConfig, EventLogConfig, Role, TracingConfig } from "../config/config.ts";
import { withDeadline } from "../platform/deadline.ts";
import type { Handler } from "../platform/http-server.ts";
import type { Database } from "../store/database.ts";
import { createActiveSpans } from "./active-spans.ts";
import type { TracingHooks } from "./hooks.ts";
import { samplerOf } from "./sampler.ts";
import { createSpanQueue } from "./span-queue.ts";
import { traceDatabase } from "./traced-database.ts";
import { traceEventLog } from "./traced-event-log.ts";
import { traceFetch, traceHandler } from "./traced-http.ts";

export interface TracingParts {
  readonly config: TracingConfig;
  readonly version: string;
  readonly hooks: TracingHooks;
  /** How long a collector beside us, which answers in milliseconds, may hold back a batch. */
  readonly export_timeout_ms?: number;
  /** Spans wait for company, but no longer than this. */
  readonly wait_max_ms?: number;
  /** What is not exported this long after the stop is lost. */
  readonly flush_timeout_ms?: number;
}

/** Puts spans around a process's work from outside: what is wrapped does the same as before. */
export interface Tracing extends AsyncDisposable {
  handler(role: Role, handler: Handler): Handler;
  /** Of the calls that `role` makes to what is at `url`. */
  fetch(role: Role, url: string, fetch: Handler): Handler;
  database(role: Role, database: Database, config: DatabaseConfig): Database;
  eventLog(eventLog: EventLog, config: EventLogConfig, topic: string): EventLog;
}

/** Exports spans by OTLP over HTTP. This file and all that it imports is loaded only where tracing is on. */
export function openTracing({
  config,
  version,
  hooks,
  export_timeout_ms = 5_000,
  wait_max_ms = 1_000,
  flush_timeout_ms = 3_000,
}: TracingParts): Tracing {
  const exporter = new OTLPTraceExporter({
    url: `${config.endpoint}/v1/traces`,
    headers: { ...config.headers },
    timeoutMillis: export_timeout_ms,
  });
  const queue = createSpanQueue({ exporter, timeout_ms: export_timeout_ms, wait_max_ms, hooks });
  const active = createActiveSpans();
  const instance_id = crypto.randomUUID();
  const tracers = new Map<Role, Tracer>();

  /** A service for each role, so that one process of three is shown as the three are. */
  function tracerOf(role: Role): Tracer {
    const known = tracers.get(role);
    if (known !== undefined) return known;
    const attributes = {
      ...config.resource_attributes,
      [ATTR_SERVICE_NAME]: config.service_name ?? config.resource_attributes[ATTR_SERVICE_NAME] ?? `blog-${role}`,
      [ATTR_SERVICE_VERSION]: version,
      [ATTR_SERVICE_INSTANCE_ID]: instance_id,
    };
    const provider = new TracerProvider({
      resource: defaultResource().merge(resourceFromAttributes(attributes)),
      sampler: samplerOf(config),
      spanProcessors: [queue],
    });
    const tracer = provider.getTracer("blog", version);
    tracers.set(role, tracer);
    return tracer;
  }

  return {
    handler: (role, handler) => traceHandler({ handler, tracer: tracerOf(role), active }),
    fetch: (role, url, fetch) => traceFetch({ fetch, url, tracer: tracerOf(role) }),
    database: (role, database, database_config) =>
      traceDatabase({ database, config: database_config, tracer: tracerOf(role), active }),
    eventLog: (eventLog, { kind }, topic) =>
      traceEventLog({ eventLog, topic, system: kind, tracers: { publish: tracerOf("api"), apply: tracerOf("sync") }, active }),
    async [Symbol.asyncDispose]() {
      await withDeadline(queue.shutdown(), flush_timeout_ms).catch(() => {});
    },
  };
}
