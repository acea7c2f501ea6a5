import type { Kafka } from "kafkajs";
import type { BatchHandler, EventLogState, PartitionProgress } from "../article/event-log.ts";
import type { KafkaConfig } from "../config/config.ts";
import { backOff } from "../platform/backoff.ts";
import { pause } from "../platform/deadline.ts";
import type { Logger } from "../platform/log.ts";
import type { AdminConnection } from "./admin.ts";
import { withAdvice } from "./connection-advice.ts";
import { runConsumerSession } from "./consumer-session.ts";
import { isFinal, isRefusedLogin } from "./errors.ts";
import { fetchPartitionOffsets, missingHistory } from "./history.ts";
import type { KafkaHooks } from "./hooks.ts";
import { createPosition } from "./position.ts";
import type { Preparation } from "./preparation.ts";

export interface ConsumptionParts {
  readonly kafka: Kafka;
  readonly config: KafkaConfig;
  readonly admin: AdminConnection;
  /** For looks that must be quick, so that a slow one costs no other work its connection. */
  readonly probe: AdminConnection;
  readonly hooks: KafkaHooks;
  readonly log: Logger;
  readonly topics: Preparation;
  /** What the group has read before is missing in our database. */
  readonly isEmpty: () => Promise<boolean>;
  /** The consumer has failed in a way that no repetition cures. */
  readonly onFailed: (error: unknown) => void;
}

export interface Consumption {
  /** Stops between two batches, commits, leaves the group. */
  close(): Promise<void>;
  /** Looks at the broker. Rejects when the broker does not answer. */
  check(): Promise<EventLogState>;
  /** As `EventLog.progress`. */
  progress(): Promise<readonly PartitionProgress[]>;
  /** As `EventLog.unread`. */
  unread(): ReadonlyMap<number, number> | undefined;
}

const offsets_timeout_ms = 3000;
const check_timeout_ms = 700;
/** What has expired is told only here; after this the next assignment will tell it. */
const look_back_attempts_max = 10;
const joining = "joining the consumer group";
/** For strangers: the log says what is wrong with which broker. */
const unusable = "Kafka is not usable; the log says more";
const retry = { first_ms: 250, max_ms: 5000 };

/** Keeps one consumer session running until it is closed: Kafka may be away at the start, or later, for as long as it likes. */
export function startConsumption(parts: ConsumptionParts, handler: BatchHandler): Consumption {
  const { kafka, config, admin, probe, hooks, log, topics, isEmpty, onFailed } = parts;
  const stop = new AbortController();
  const position = createPosition();
  let assigned: readonly number[] | undefined;
  let trouble: string | undefined;
  let failures = 0;
  /** Until the first look: from then on what DB2 has came from here. */
  let first = true;

  async function onAssigned(partitions: readonly number[]): Promise<void> {
    assigned = [...partitions].sort((a, b) => a - b);
    if (trouble !== undefined) log.info("Kafka answers again");
    trouble = undefined;
    failures = 0;
    position.forget();
    hooks.onPartitionsAssigned(config.topic, assigned);
    // Once we have committed, nobody can see any more where we began.
    if (assigned.length > 0) await lookBack(assigned);
  }

  /** Where we begin, and whether something is gone that we never read. */
  async function lookBack(partitions: readonly number[]): Promise<void> {
    for (let attempt = 1; attempt <= look_back_attempts_max && !stop.signal.aborted; attempt++) {
      if (await tryLookBack(partitions)) return;
      await pause(backOff(attempt - 1, retry), stop.signal);
    }
  }

  async function tryLookBack(partitions: readonly number[]): Promise<boolean> {
    try {
      const offsets = await admin.run((connected) => fetchPartitionOffsets(connected, config), offsets_timeout_ms);
      const ours = offsets.filter(({ partition }) => partitions.includes(partition));
      for (const { partition, committed, oldest, end } of ours) {
        if (!position.knows(partition)) position.moved(partition, Number(committed ?? oldest), Number(end));
      }
      // Asked now and not at the start: another process may have filled DB2 meanwhile.
      const starts_empty = first && (await isEmpty());
      for (const missing of missingHistory(config.topic, ours, starts_empty)) hooks.onHistoryMissing(missing);
      first = false;
      return true;
    } catch (error) {
      log.debug({ err: error }, "The partitions' offsets could not be read");
      return false;
    }
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await prepareWithPatience();
        await runConsumerSession({ kafka, config, handler, position, log, onAssigned }, stop.signal);
      } catch (error) {
        assigned = undefined;
        if (stop.signal.aborted) return;
        topics.doubt(error);
        if (isFinal(error)) return onFailed(error);
        await waitAfter(error);
      }
    }
  }

  /** Topics that are missing may yet be made by somebody else, so no lack of rights is final here. */
  async function prepareWithPatience(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        return await topics.ready();
      } catch (error) {
        if (isRefusedLogin(error)) throw error;
        await waitAfter(error);
      }
    }
  }

  async function waitAfter(error: unknown): Promise<void> {
    const advised = withAdvice(error);
    const message = advised instanceof Error ? advised.message : String(advised);
    if (trouble === undefined)
      log.warn({ err: error }, `Kafka at ${config.brokers.join(", ")} is not usable; trying until it is: ${message}`);
    trouble = message;
    await pause(backOff(failures++, retry), stop.signal);
  }

  async function progress(): Promise<readonly PartitionProgress[]> {
    if (assigned === undefined) throw new Error(trouble ?? joining);
    if (assigned.length === 0) return [];
    const ends = await probe.run((connected) => connected.fetchTopicOffsets(config.topic), check_timeout_ms);
    return ends.flatMap(({ partition, high }) => {
      const place = assigned?.includes(partition) ? position.ends(partition, Number(high)) : undefined;
      return place ? [{ partition, ...place }] : [];
    });
  }

  const running = run();

  return {
    async close() {
      stop.abort();
      await running;
    },
    async check() {
      if (assigned === undefined) return { state: "down", detail: trouble === undefined ? joining : unusable };
      if (assigned.length === 0) return { state: "standby", detail: "other processes of the group have all partitions" };
      await progress();
      return { state: "up" };
    },
    progress,
    // Who stands by reads nothing, and knows of nothing.
    unread: () => (assigned && assigned.length > 0 ? position.unread(assigned) : undefined),
  };
}
