import type { KafkaMessage } from "kafkajs";
import type { ReceivedRecord } from "../article/event-log.ts";

export function toRecord({ key, value, headers, offset }: KafkaMessage): ReceivedRecord {
  return { key, value, headers: toHeaders(headers), offset };
}

/** Of a header that comes twice the last counts, as in Kafka's own `lastHeader`. */
function toHeaders(headers: KafkaMessage["headers"] = {}): ReceivedRecord["headers"] {
  const result: Record<string, Buffer> = {};
  for (const [name, values] of Object.entries(headers)) {
    const value = Array.isArray(values) ? values.at(-1) : values;
    if (value !== undefined && value !== null) result[name] = typeof value === "string" ? Buffer.from(value) : value;
  }
  return result;
}

export function sizeOf({ key, value }: KafkaMessage): number {
  return (key?.length ?? 0) + (value?.length ?? 0);
}
