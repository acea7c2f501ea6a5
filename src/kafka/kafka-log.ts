import type { EventLog, EventLogState } from "../article/event-log.ts";
import type { KafkaConfig } from "../config/config.ts";
import type { Logger } from "../platform/log.ts";
import { createAdminConnection } from "./admin.ts";
import { createKafkaClient } from "./client.ts";
import { withAdvice } from "./connection-advice.ts";
import { type Consumption, startConsumption } from "./consumption.ts";
import { countBehind, fetchPartitionOffsets } from "./history.ts";
import type { KafkaHooks } from "./hooks.ts";
import { createPreparation } from "./preparation.ts";
import { createPublisher } from "./publisher.ts";
import { createSender } from "./sender.ts";
import { ensureTopics } from "./topics.ts";

export interface KafkaLogParts {
  readonly log: Logger;
  readonly hooks: KafkaHooks;
}

/** Creating topics waits for their leaders. */
const topics_timeout_ms = 15_000;
const check_timeout_ms = 700;
const offsets_timeout_ms = 5000;

/**
 * The event log in Kafka. Connects when it is first used, so that writes go on (into the outbox) while Kafka is away.
 * `consume` resolves at once and goes on trying; `failed` rejects on a fault that no repetition cures.
 */
export function openKafkaLog(config: KafkaConfig, { log, hooks }: KafkaLogParts): EventLog {
  const kafka = createKafkaClient(config, log);
  const admin = createAdminConnection(kafka);
  const probe = createAdminConnection(kafka);
  const events = createSender(kafka);
  const deadLetters = createSender(kafka);
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  // Whoever does not look at it must not be ended by it.
  failed.catch(() => {});

  const topics = createPreparation(async () => {
    // One that has looked at a topic before asks for it before it does anything else, and makes none if that one is gone.
    const fresh = createAdminConnection(kafka);
    try {
      await fresh.run((connected) => ensureTopics(connected, config, log), topics_timeout_ms);
    } finally {
      await fresh.close();
    }
  });
  const publisher = createPublisher({ config, events, deadLetters, hooks, topics });
  let consumption: Consumption | undefined;
  let told = false;

  /** Of each outage once; whoever consumes tells by itself. */
  function tell(error: unknown): void {
    log.debug({ err: error }, "Kafka does not answer a probe");
    if (told || consumption) return;
    told = true;
    const advised = withAdvice(error);
    log.warn(`Kafka at ${config.brokers.join(", ")} does not answer: ${advised instanceof Error ? advised.message : advised}`);
  }

  async function check(): Promise<EventLogState> {
    try {
      if (consumption) return await consumption.check();
      await probe.run((connected) => connected.describeCluster(), check_timeout_ms);
      if (told) log.info("Kafka answers again");
      told = false;
      return { state: "up" };
    } catch (error) {
      tell(error);
      return { state: "down", detail: "Kafka does not answer; the log says more" };
    }
  }

  const offsets = () => admin.run((connected) => fetchPartitionOffsets(connected, config), offsets_timeout_ms);

  return {
    publish: publisher.publish,
    publishDeadLetter: publisher.publishDeadLetter,
    check,
    progress: async () => (await consumption?.progress()) ?? [],
    unread: () => consumption?.unread(),
    failed,
    async consume(handler, { isEmpty = async () => false } = {}) {
      if (consumption) throw new Error("This event log is being consumed already");
      consumption = startConsumption({ kafka, config, admin, probe, hooks, log, topics, isEmpty, onFailed: fail }, handler);
    },
    async partitions() {
      await topics.ready();
      return (await offsets()).length;
    },
    async mark() {
      await topics.ready();
      const marked = await offsets();
      return { behind: async () => countBehind(marked, await offsets()) };
    },
    async [Symbol.asyncDispose]() {
      await consumption?.close();
      await Promise.all([events.close(), deadLetters.close()]);
      await Promise.all([admin.close(), probe.close()]);
    },
  };
}
