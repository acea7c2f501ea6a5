import type { Consumer, ConsumerCrashEvent, ConsumerGroupJoinEvent, EachBatchPayload, Kafka } from "kafkajs";
import type { BatchHandler } from "../article/event-log.ts";
import { slices } from "../article/slices.ts";
import type { KafkaConfig } from "../config/config.ts";
import { withDeadline } from "../platform/deadline.ts";
import type { Logger } from "../platform/log.ts";
import { createOffsetCommits } from "./offset-commits.ts";
import type { Position } from "./position.ts";
import { sizeOf, toRecord } from "./records.ts";

/** A killed consumer's partitions move on after this. */
const session_timeout_ms = 10_000;
const heartbeat_interval_ms = 2000;
/** How long the others wait for one that is in the middle of a batch to join again. */
const rebalance_timeout_ms = 30_000;
/** An idle fetch ends after this (one with records at once); heartbeats and stopping wait for it. */
const fetch_wait_max_ms = 750;
/** What one fetch may hold in memory; a single larger record comes all the same (KIP-74). */
const fetch_bytes_max = 8 * 1024 * 1024;
const partition_bytes_max = 1024 * 1024;
/** All that a fetch brings, by default: what several partitions have in small pieces is one statement in DB2. */
const partitions_at_once = 12;
/** What is in the middle of a batch may finish it, and no longer. */
const drain_timeout_ms = 5000;
const commit_timeout_ms = 2000;

export interface ConsumerSessionParts {
  readonly kafka: Kafka;
  readonly config: KafkaConfig;
  readonly handler: BatchHandler;
  readonly position: Position;
  readonly log: Logger;
  /** The group gave us these partitions, perhaps none. Nothing of them is committed before this resolves; it never rejects. */
  readonly onAssigned: (partitions: readonly number[]) => Promise<void>;
}

/**
 * Consumes until `stop` aborts, then finishes the batches in hand and leaves the group. Throws what ended it otherwise:
 * a crash of kafkajs's consumer, or a request that got no answer (kafkajs would go on using a connection that hangs).
 */
export async function runConsumerSession(parts: ConsumerSessionParts, stop: AbortSignal): Promise<void> {
  const { kafka, config, handler, position, log, onAssigned } = parts;
  const { topic } = config;
  const ended = Promise.withResolvers<void>();
  let stopping = false;
  /** Of the present assignment. */
  let tenure = new AbortController();
  let mayCommit: Promise<void> = Promise.resolve();

  const consumer = kafka.consumer({
    groupId: config.group_id,
    sessionTimeout: session_timeout_ms,
    heartbeatInterval: heartbeat_interval_ms,
    rebalanceTimeout: rebalance_timeout_ms,
    maxWaitTimeInMs: fetch_wait_max_ms,
    minBytes: 1,
    maxBytes: fetch_bytes_max,
    maxBytesPerPartition: partition_bytes_max,
    allowAutoTopicCreation: false,
    retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 2000, restartOnFailure: async () => false },
  });

  // Not the consumer's own commitOffsets: that does nothing, silently, once it is stopping.
  let commitNow: EachBatchPayload["commitOffsetsIfNecessary"] = async () => {};
  const commits = createOffsetCommits(async (offsets) => {
    const partitions = [...offsets].map(([partition, offset]) => ({ partition, offset }));
    const noted_in = tenure;
    await withDeadline(mayCommit, commit_timeout_ms);
    if (tenure !== noted_in) return;
    await withDeadline(commitNow({ topics: [{ topic, partitions }] }), commit_timeout_ms);
  }, log);

  async function eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch, resolveOffset, heartbeat, isRunning, isStale } = payload;
    commitNow = payload.commitOffsetsIfNecessary;
    const { partition } = batch;
    const { signal } = tenure;
    const partition_end = Number(batch.highWatermark);
    const beat = async () => {
      try {
        await heartbeat();
      } catch (error) {
        // The group is rebalancing, or does not know us any more.
        tenure.abort();
        throw error;
      }
    };
    try {
      for (const slice of slices(batch.messages, sizeOf)) {
        if (stopping || signal.aborted || !isRunning() || isStale()) return;
        const last = slice.at(-1);
        if (!last) return;
        const next = Number(last.offset) + 1;
        const behind = Math.max(0, partition_end - next);
        await handler({ topic, partition, records: slice.map(toRecord), behind, heartbeat: beat, signal });
        resolveOffset(last.offset);
        commits.note(partition, String(next));
        position.moved(partition, next, partition_end);
        await beat();
      }
    } finally {
      // Before the group hears that we are leaving, or gives the partition to another.
      if (stopping || signal.aborted) await commits.flush();
    }
  }

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }: ConsumerGroupJoinEvent) => {
    if (stopping) return;
    tenure.abort();
    tenure = new AbortController();
    commits.forget();
    mayCommit = onAssigned(payload.memberAssignment[topic] ?? []);
  });
  consumer.on(consumer.events.CRASH, ({ payload }: ConsumerCrashEvent) => ended.reject(payload.error));
  consumer.on(consumer.events.REQUEST_TIMEOUT, ({ payload }) =>
    ended.reject(new KafkaUnresponsive(`The broker ${payload.broker} left a ${payload.apiName} request unanswered`)),
  );
  const end = () => ended.resolve();
  stop.addEventListener("abort", end);
  if (stop.aborted) end();

  const starting = start(consumer, topic, eachBatch);
  try {
    await Promise.race([starting, ended.promise]);
    await ended.promise;
  } finally {
    stopping = true;
    stop.removeEventListener("abort", end);
    await commits.flush();
    // kafkajs takes no notice of being stopped while it joins its group: it would stay a member, and keep partitions unread.
    const leaving = starting
      .catch(() => {})
      .then(() => consumer.disconnect())
      .catch((error: unknown) => log.debug({ err: error }, "The consumer did not leave its group in order"));
    await withDeadline(leaving, drain_timeout_ms).catch(() => {});
    tenure.abort();
    await withDeadline(leaving, drain_timeout_ms).catch(() => {});
  }
}

/** Repeating on a new connection may help. */
class KafkaUnresponsive extends Error {
  override readonly name = "KafkaUnresponsive";
  readonly retriable = true;
}

async function start(consumer: Consumer, topic: string, eachBatch: (payload: EachBatchPayload) => Promise<void>): Promise<void> {
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: partitions_at_once,
    eachBatch,
  });
}
