/**
 * The metrics that other people's dashboards rest on, each with its labels: none may go, and no label may be added. `_count` stands for a
 * histogram.
 */
export const promisedMetrics: Readonly<Record<string, readonly string[]>> = {
  http_requests_total: ["method", "endpoint", "status"],
  http_request_duration_seconds_count: ["method", "endpoint"],
  http_requests_in_flight: [],
  articles_total: ["status", "database"],
  db_queries_total: ["database", "query", "result"],
  db_query_duration_seconds_count: ["database", "query"],
  db_pool_connections: ["database", "state"],
  kafka_messages_sent_total: ["topic", "event_type"],
  kafka_message_send_errors_total: ["topic", "reason"],
  kafka_messages_consumed_total: ["topic", "event_type", "result"],
  kafka_consumer_lag: ["topic", "partition"],
  outbox_pending: [],
  outbox_oldest_age_seconds: [],
  sync_lag_seconds_count: [],
  sync_last_applied_timestamp_seconds: [],
  dead_letters_total: ["reason"],
  upstream_requests_total: ["upstream", "operation", "result"],
  upstream_request_duration_seconds_count: ["upstream", "operation"],
  upstream_retries_total: ["upstream", "operation", "reason"],
  circuit_breaker_state: ["upstream"],
  graphql_operations_total: ["operation_type", "result"],
  build_info: ["version", "commit", "bun"],
  process_cpu_seconds_total: [],
  process_resident_memory_bytes: [],
  process_open_fds: [],
  process_start_time_seconds: [],
};

/** What Prometheus adds. */
export const target_labels = ["__name__", "instance", "job", "role"] as const;
