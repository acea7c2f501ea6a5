import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { collectProcessMetrics } from "./process-metrics.ts";
import { createSampledGauges } from "./sampled-gauges.ts";

/** Seconds; the finest separates a cached read from a query, the widest is the gateway's overall deadline. */
const duration_buckets_s = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** From an event by itself to the largest batch that an event log hands over. */
const batch_buckets_events = [1, 2, 5, 10, 20, 50, 100, 200, 500];

export interface BuildInfo {
  readonly version: string;
  readonly commit: string;
  readonly bun: string;
}

export type Metrics = ReturnType<typeof createMetrics>;

/** Every instrument of the process, once. Base units, `_total` for counters, labels with few values. */
export function createMetrics(build: BuildInfo) {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  collectProcessMetrics(registry);

  new Gauge({
    name: "build_info",
    help: "Always 1; its labels say which build runs",
    labelNames: ["version", "commit", "bun"],
    registers,
  })
    .labels(build.version, build.commit, build.bun)
    .set(1);

  const duration = { buckets: duration_buckets_s, registers };

  return {
    registry,
    sample: createSampledGauges(registry),
    event_loop_lag: new Histogram({
      name: "event_loop_lag_seconds",
      help: "How late a timer fires: so long whatever comes waits for its turn",
      ...duration,
    }),
    http: {
      requests: new Counter({
        name: "http_requests_total",
        help: "Requests answered, by route template",
        labelNames: ["method", "endpoint", "status"],
        registers,
      }),
      duration: new Histogram({
        name: "http_request_duration_seconds",
        help: "Time from a request's arrival to its answer",
        labelNames: ["method", "endpoint"],
        ...duration,
      }),
      in_flight: new Gauge({ name: "http_requests_in_flight", help: "Requests being answered now", registers }),
    },
    database: {
      queries: new Counter({
        name: "db_queries_total",
        help: "Statements run, by name and result",
        labelNames: ["database", "query", "result"],
        registers,
      }),
      duration: new Histogram({
        name: "db_query_duration_seconds",
        help: "Time of a statement, without the wait for a connection",
        labelNames: ["database", "query"],
        ...duration,
      }),
    },
    kafka: {
      sent: new Counter({
        name: "kafka_messages_sent_total",
        help: "Events acknowledged by the event log",
        labelNames: ["topic", "event_type"],
        registers,
      }),
      send_errors: new Counter({
        name: "kafka_message_send_errors_total",
        help: "Failed attempts to send events",
        labelNames: ["topic", "reason"],
        registers,
      }),
      consumed: new Counter({
        name: "kafka_messages_consumed_total",
        help: "Events read from the log, by what became of them",
        labelNames: ["topic", "event_type", "result"],
        registers,
      }),
    },
    sync: {
      lag: new Histogram({
        name: "sync_lag_seconds",
        help: "Time from the commit in DB1 to the commit in DB2",
        buckets: duration_buckets_s,
        registers,
      }),
      batch_events: new Histogram({
        name: "sync_batch_events",
        help: "Events of a batch that DB2 was given",
        buckets: batch_buckets_events,
        registers,
      }),
      batch_duration: new Histogram({
        name: "sync_batch_duration_seconds",
        help: "Time until a batch was done, with all waits for DB2",
        ...duration,
      }),
      last_applied: leftOutUntilSet(
        new Gauge({
          name: "sync_last_applied_timestamp_seconds",
          help: "When an event was last applied to DB2, in Unix time",
          registers,
        }),
      ),
      dead_letters: new Counter({
        name: "dead_letters_total",
        help: "Events given up on, by reason",
        labelNames: ["reason"],
        registers,
      }),
    },
    upstream: {
      requests: new Counter({
        name: "upstream_requests_total",
        help: "Calls of the gateway to the API, by result",
        labelNames: ["upstream", "operation", "result"],
        registers,
      }),
      duration: new Histogram({
        name: "upstream_request_duration_seconds",
        help: "Time of one call of the gateway to the API",
        labelNames: ["upstream", "operation"],
        ...duration,
      }),
      retries: new Counter({
        name: "upstream_retries_total",
        help: "Attempts after the first, by what the one before came to",
        labelNames: ["upstream", "operation", "reason"],
        registers,
      }),
      budget_exhausted: new Counter({
        name: "upstream_retry_budget_exhausted_total",
        help: "Retries that were not made, since there had been too many",
        labelNames: ["upstream", "operation"],
        registers,
      }),
      refused: new Counter({
        name: "upstream_refused_total",
        help: "Attempts that were not made: the circuit breaker was open, or no place was free",
        labelNames: ["upstream", "operation", "reason"],
        registers,
      }),
      breaker_state: new Gauge({
        name: "circuit_breaker_state",
        help: "0 closed, 1 half-open, 2 open",
        labelNames: ["upstream"],
        registers,
      }),
      breaker_changes: new Counter({
        name: "circuit_breaker_transitions_total",
        help: "Changes of the circuit breaker, by the state it came to",
        labelNames: ["upstream", "state"],
        registers,
      }),
    },
    graphql: {
      operations: new Counter({
        name: "graphql_operations_total",
        help: "GraphQL operations executed, by type and result",
        labelNames: ["operation_type", "result"],
        registers,
      }),
      stale_reads: new Counter({
        name: "graphql_stale_reads_total",
        help: "Reads that turned to the replica, by why the API could not answer",
        labelNames: ["reason"],
        registers,
      }),
    },
  };
}

/** Zero would say that it was in 1970. */
function leftOutUntilSet(gauge: Gauge): Gauge {
  gauge.remove();
  return gauge;
}
