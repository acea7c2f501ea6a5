import type { Message } from "kafkajs";
import { countByType } from "../article/count-by-type.ts";
import { type DeadLetter, type EventRecord, RecordTooLarge } from "../article/event-log.ts";
import { slices } from "../article/slices.ts";
import type { KafkaConfig } from "../config/config.ts";
import { withAdvice } from "./connection-advice.ts";
import { isTooLarge, reasonOf } from "./errors.ts";
import type { KafkaHooks } from "./hooks.ts";
import type { Preparation } from "./preparation.ts";
import type { Sender } from "./sender.ts";

/**
 * kafkajs makes one record batch of all that a request holds for a partition, and the topic limits a batch. Under 1 MB
 * even a topic with the broker's default of 1 MiB takes all but the largest articles.
 */
const request_bytes_max = 900_000;
const request_records_max = 1000;
/** Lengths, timestamp and the headers' names of a record; a generous guess. */
const record_overhead_bytes = 300;

export interface PublisherParts {
  readonly config: KafkaConfig;
  readonly events: Sender;
  readonly deadLetters: Sender;
  readonly hooks: KafkaHooks;
  readonly topics: Preparation;
}

export function createPublisher({ config, events, deadLetters, hooks, topics }: PublisherParts) {
  async function send(sender: Sender, topic: string, messages: Message[]): Promise<void> {
    try {
      await topics.ready();
      await sender.send(topic, messages);
    } catch (error) {
      topics.doubt(error);
      hooks.onSendError(topic, reasonOf(error));
      throw withAdvice(error);
    }
  }

  /** A request that is too large as a whole goes in halves, until the record that is too large by itself stands alone. */
  async function sendEvents(records: readonly EventRecord[]): Promise<void> {
    const [first] = records;
    if (!first) return;
    try {
      await send(events, config.topic, records.map(toMessage));
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      if (records.length === 1) throw new RecordTooLarge(first.outbox_id, tooLarge(config.topic, bytesOf(first)));
      const middle = records.length >> 1;
      await sendEvents(records.slice(0, middle));
      await sendEvents(records.slice(middle));
      return;
    }
    hooks.onMessagesSent(config.topic, countByType(records));
  }

  return {
    async publish(records: readonly EventRecord[]): Promise<void> {
      const limits = { records_max: request_records_max, bytes_max: request_bytes_max };
      for (const request of slices(records, sizeOf, limits)) await sendEvents(request);
    },

    async publishDeadLetter(letter: DeadLetter): Promise<void> {
      const { dead_letter_topic } = config;
      try {
        await send(deadLetters, dead_letter_topic, [toDeadLetterMessage(letter)]);
      } catch (error) {
        const bytes = letter.record.value?.length ?? 0;
        throw isTooLarge(error) ? new RecordTooLarge(0, tooLarge(dead_letter_topic, bytes)) : error;
      }
      hooks.onMessagesSent(dead_letter_topic, new Map([["dead_letter", 1]]));
    },
  };
}

function toMessage({ key, value, headers, partition }: EventRecord): Message {
  return { key, value, headers: { ...headers }, ...(partition !== undefined && { partition }) };
}

/** As it came, byte for byte; what we add says why and from where. */
function toDeadLetterMessage({ record, topic, partition, reason, error, failed_at, attempts }: DeadLetter): Message {
  return {
    key: record.key,
    value: record.value,
    headers: {
      ...record.headers,
      dlq_reason: reason,
      dlq_error: error,
      dlq_source_topic: topic,
      dlq_source_partition: String(partition),
      dlq_source_offset: record.offset,
      dlq_failed_at: failed_at,
      dlq_attempts: String(attempts),
    },
  };
}

function sizeOf(record: EventRecord): number {
  return bytesOf(record) + record_overhead_bytes;
}

function bytesOf({ value }: EventRecord): number {
  return Buffer.byteLength(value ?? "");
}

function tooLarge(topic: string, bytes: number): string {
  return `The Kafka topic ${topic} does not take a message of ${bytes} bytes: raise its max.message.bytes`;
}
