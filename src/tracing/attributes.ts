/**
 * The names of OpenTelemetry's conventions for messaging that are still experimental: its own advice is to keep a copy of those
 * (semantic-conventions 1.45). The stable ones are imported.
 */
export const messaging = {
  system: "messaging.system.name",
  destination: "messaging.destination.name",
  partition: "messaging.destination.partition.id",
  offset: "messaging.kafka.offset",
  operation_type: "messaging.operation.type",
  operation: "messaging.operation.name",
} as const;
