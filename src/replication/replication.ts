import {
  type BatchHandler,
  type DeadLetter,
  type EventBatch,
  type EventLog,
  type ReceivedRecord,
  RecordTooLarge,
} from "../article/event-log.ts";
import type { EventType } from "../article/events.ts";
import { untilAborted } from "../platform/deadline.ts";
import type { Logger } from "../platform/log.ts";
import type { Database } from "../store/database.ts";
import { isDataError, isTimeout } from "./data-error.ts";
import { keepDeadLetter } from "./dead-letters.ts";
import { type DecodedRecord, decodeBatch } from "./decode-batch.ts";
import { createGatheredApply } from "./gathered-apply.ts";
import type { ReplicationHooks } from "./hooks.ts";
import { createLag } from "./lag.ts";
import { createReplicaWaits } from "./replica-waits.ts";
import { countApplied } from "./report.ts";
import { completePartition } from "./resync/complete.ts";
import { isEmptyReplica } from "./resync/replica-state.ts";
import { untilItWorks } from "./until-it-works.ts";

export interface ReplicationParts {
  /** DB2. */
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly log: Logger;
  readonly hooks: ReplicationHooks;
  readonly now_ms?: () => number;
}

export interface Replication {
  /** Starts carrying events from the log to DB2, once that answers. Rejects when `stop` aborts before. */
  start(stop: AbortSignal): Promise<void>;
  /** Age of the oldest event of this process's partitions that DB2 does not have yet; 0 when it has them all, undefined while that is not known. */
  lagSeconds(): number | undefined;
  /** The same for each partition of which it is known, also while others are not. */
  lagSecondsByPartition(): ReadonlyMap<number, number>;
  /** What DB2 says to those events that wait because it does not take them; undefined while none do. */
  trouble(): string | undefined;
  /** How many times DB2 has committed something of this partition's present batch, be it applied, known already or kept as a dead letter. */
  steps(partition: number): number;
}

/** A third of Kafka's session timeout is the customary interval; a second leaves room for a slow event loop. */
const heartbeat_interval_ms = 1000;
const replica_retry = { first_ms: 50, max_ms: 5000 };
/** Others hear of a dead letter through the topic, but DB2 keeps it: the line does not stop for it. */
const dead_letter_retry = { backoff: { first_ms: 100, max_ms: 2000 }, attempts_max: 8 };

/** Applies what the log delivers: a batch is done when DB2 has committed it, or has kept as dead letters what can never be applied. */
export function createReplication({ database, eventLog, log, hooks, now_ms = Date.now }: ReplicationParts): Replication {
  const lag = createLag();
  const steps = new Map<number, number>();
  const waits = createReplicaWaits(hooks);
  const apply = createGatheredApply(database);

  function stepped({ partition }: Pick<EventBatch, "partition">): void {
    steps.set(partition, (steps.get(partition) ?? 0) + 1);
  }

  const handle: BatchHandler = async (batch) => {
    const began_ms = performance.now();
    steps.set(batch.partition, 0);
    const { decoded, refused } = decodeBatch(batch);
    const oldest_ms = decoded.reduce((oldest, { written_at_ms }) => Math.min(oldest, written_at_ms), now_ms());
    lag.began(batch.partition, oldest_ms, batch.signal);
    try {
      await withHeartbeat(batch, async () => {
        for (const { record, error } of refused) await bury(batch, record, error.reason, error.message, 1);
        await applyOrSplit(batch, decoded, 1);
        await completeResyncs(batch, decoded);
      });
    } finally {
      waits.ended(batch);
    }
    lag.applied(batch.partition, decoded.at(-1)?.written_at_ms ?? oldest_ms, batch.behind, batch.signal);
    hooks.onBatchDone(batch.records.length, performance.now() - began_ms);
  };

  /** Halves a batch that the database refuses, or cannot do in time, until the bad events stand alone; the good ones go through. */
  async function applyOrSplit(batch: EventBatch, records: readonly DecodedRecord[], attempt: number): Promise<void> {
    const [first, second] = records;
    if (!first) return;
    const isFinal = (error: unknown) => isDataError(error) || (second !== undefined && isTimeout(error));
    try {
      const events = records.map(({ event }) => event);
      const refused = await whenReplicaAnswers(batch, () => apply(events), isFinal);
      stepped(batch);
      const { counts, lags_s } = countApplied(records, refused, now_ms());
      hooks.onEventsApplied(batch.topic, counts, lags_s, records);
    } catch (error) {
      if (!isFinal(error) || batch.signal.aborted) throw error;
      if (!second) {
        const message = error instanceof Error ? error.message : String(error);
        return await bury(batch, first.record, "refused_by_database", message, attempt, first.event.event_type);
      }
      if (isTimeout(error)) waits.failed(batch, error);
      const middle = records.length >> 1;
      await applyOrSplit(batch, records.slice(0, middle), attempt + 1);
      await applyOrSplit(batch, records.slice(middle), attempt + 1);
    }
  }

  /** Behind the events of the batch, which may be of the resync. */
  async function completeResyncs(batch: EventBatch, records: readonly DecodedRecord[]): Promise<void> {
    for (const { record, event } of records) {
      if (event.event_type !== "resync.completed") continue;
      const { partition, signal } = batch;
      const { epoch, partitions } = event.data;
      const complete = () => completePartition(database, { epoch, partitions, partition }, signal);
      try {
        const dropped = await whenReplicaAnswers(batch, complete, (error) => signal.aborted || isDataError(error));
        if (dropped !== undefined) hooks.onResyncCompleted(epoch, dropped);
      } catch (error) {
        if (signal.aborted || !isDataError(error)) throw error;
        await bury(batch, record, "refused_by_database", String(error), 1, event.event_type);
      }
    }
  }

  async function bury(
    batch: EventBatch,
    record: ReceivedRecord,
    reason: string,
    error: string,
    attempts: number,
    event_type: EventType | "unknown" = "unknown",
  ): Promise<void> {
    const { topic, partition, signal } = batch;
    const letter: DeadLetter = { record, topic, partition, reason, error, attempts, failed_at: new Date(now_ms()).toISOString() };
    await whenReplicaAnswers(
      batch,
      () => keepDeadLetter(database, letter),
      () => false,
    );
    stepped(batch);
    await tellOthers(letter, signal);
    hooks.onDeadLetter(letter, event_type);
  }

  async function tellOthers(letter: DeadLetter, signal: AbortSignal): Promise<void> {
    try {
      await untilItWorks(() => eventLog.publishDeadLetter(letter), signal, {
        ...dead_letter_retry,
        isFinal: (error) => error instanceof RecordTooLarge,
        onFailure: () => {},
      });
    } catch (error) {
      if (signal.aborted) throw error;
      const id = `${letter.partition}-${letter.record.offset}`;
      log.error(
        { err: error, dead_letter: id },
        `Dead letter ${id} is kept in DB2, but could not be published to the dead-letter topic`,
      );
    }
  }

  function whenReplicaAnswers<Result>(
    who: { readonly signal: AbortSignal },
    work: () => Promise<Result>,
    isFinal: (error: unknown) => boolean,
  ): Promise<Result> {
    const attempt = async () => {
      const result = await work();
      waits.ended(who);
      return result;
    };
    const onFailure = (error: unknown) => waits.failed(who, error);
    return untilItWorks(attempt, who.signal, { backoff: replica_retry, isFinal, onFailure });
  }

  return {
    async start(stop) {
      const starting = { signal: stop };
      const answering = whenReplicaAnswers(
        starting,
        () => isEmptyReplica(database),
        () => false,
      ).finally(() => waits.ended(starting));
      await untilAborted(answering, stop);
      await eventLog.consume(handle, { isEmpty: () => isEmptyReplica(database) });
    },
    trouble: waits.trouble,
    lagSeconds: () => lag.seconds(now_ms(), eventLog.unread()),
    lagSecondsByPartition: () => lag.secondsByPartition(now_ms(), eventLog.unread()),
    steps: (partition) => steps.get(partition) ?? 0,
  };
}

/** Whatever `work` waits for, the log hears from us. A heartbeat that fails aborts the batch's signal by itself. */
async function withHeartbeat(batch: EventBatch, work: () => Promise<void>): Promise<void> {
  const timer = setInterval(() => batch.heartbeat().catch(() => {}), heartbeat_interval_ms);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}
