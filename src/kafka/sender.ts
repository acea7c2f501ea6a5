import type { Kafka, Message, Producer } from "kafkajs";
import { withDeadline } from "../platform/deadline.ts";
import { createPartitioner } from "./partitioner.ts";

export interface Sender {
  /** Resolves when every replica in sync has the messages. Rejects, within a bound, when that is not known. */
  send(topic: string, messages: Message[]): Promise<void>;
  close(): Promise<void>;
}

/** Within one request's timeout and kafkajs's one repetition of it. */
const send_timeout_ms = 12_000;
const broker_timeout_ms = 4000;
const disconnect_timeout_ms = 1000;

/**
 * One send at a time, and a new producer after each that failed: kafkajs counts its sequence back then, so the broker takes the next,
 * different batch for a repetition, acknowledges it, and drops it (seen against Kafka 4.1).
 */
export function createSender(kafka: Pick<Kafka, "producer">, { timeout_ms = send_timeout_ms } = {}): Sender {
  let current: Producer | undefined;
  let last: Promise<void> = Promise.resolve();
  let closed = false;

  async function connect(): Promise<Producer> {
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner,
      // The least that kafkajs allows to an idempotent producer.
      retry: { retries: 1, initialRetryTime: 50 },
    });
    current = producer;
    await producer.connect();
    return producer;
  }

  async function discard(): Promise<void> {
    const discarded = current;
    current = undefined;
    // Waited for, so that what is still on its way comes before what is sent next.
    if (discarded) await withDeadline(discarded.disconnect(), disconnect_timeout_ms).catch(() => {});
  }

  async function sendOnCurrent(topic: string, messages: Message[]): Promise<void> {
    const producer = current ?? (await connect());
    if (producer !== current) {
      // Given up while it connected: what it sent now would come after newer events, and nobody would close it.
      await producer.disconnect();
      throw new Error("The Kafka producer connected too late");
    }
    await producer.send({ topic, messages, acks: -1, timeout: broker_timeout_ms });
  }

  async function sendNow(topic: string, messages: Message[]): Promise<void> {
    if (closed) throw new Error("The Kafka producer is closed");
    try {
      await withDeadline(sendOnCurrent(topic, messages), timeout_ms);
    } catch (error) {
      await discard();
      throw error;
    }
  }

  return {
    send(topic, messages) {
      const sent = last.then(() => sendNow(topic, messages));
      last = sent.catch(() => {});
      return sent;
    },
    async close() {
      await last;
      closed = true;
      await discard();
    },
  };
}
