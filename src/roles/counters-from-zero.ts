import type { UndecodableReason } from "../article/decode-event.ts";
import { type EventType, eventTypes } from "../article/events.ts";
import type { Metrics } from "../metrics/metrics.ts";

/*
 * Prometheus sees an increase only over a value that it has seen before: of a counter that begins with its first event, that event
 * would go unnoticed, and the first dead letter would raise no alert.
 */

const carried_types: readonly EventType[] = [...eventTypes, "article.viewed", "resync.completed"];
const undeliverable: readonly (UndecodableReason | "refused_by_database")[] = [
  "malformed_json",
  "invalid_event",
  "unknown_event_type",
  "unknown_schema_version",
  "refused_by_database",
];
const stale_reasons = ["breaker_open", "bulkhead_full", "unavailable", "timeout", "rate_limited"];

/** What sync counts: events by type, and dead letters by reason. */
export function startDeliveryCounters({ kafka, sync }: Metrics, topic: string): void {
  for (const type of carried_types) kafka.consumed.labels(topic, type, "applied").inc(0);
  for (const reason of undeliverable) sync.dead_letters.labels(reason).inc(0);
}

/** What the relay counts. */
export function startPublishingCounters({ kafka, sync }: Metrics, topic: string): void {
  for (const type of carried_types) kafka.sent.labels(topic, type).inc(0);
  for (const reason of ["timeout", "connection", "other"]) kafka.send_errors.labels(topic, reason).inc(0);
  sync.dead_letters.labels("too_large").inc(0);
}

export function startGatewayCounters({ graphql, upstream }: Metrics): void {
  for (const type of ["query", "mutation"]) {
    for (const result of ["ok", "partial", "error", "failed", "refused"]) graphql.operations.labels(type, result).inc(0);
  }
  for (const reason of stale_reasons) graphql.stale_reads.labels(reason).inc(0);
  for (const name of ["api", "replica"]) {
    for (const state of ["open", "half_open", "closed"]) upstream.breaker_changes.labels(name, state).inc(0);
  }
}
