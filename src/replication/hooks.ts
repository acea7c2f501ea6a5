import type { DeadLetter } from "../article/event-log.ts";
import type { EventType } from "../article/events.ts";
import type { DecodedRecord } from "./decode-batch.ts";

/** `stale`: DB2 was as new already. */
export interface Applied {
  readonly applied: number;
  readonly stale: number;
}

/** What replication tells of; whoever wires it makes metrics and log lines of this. */
export interface ReplicationHooks {
  /** A batch is committed in DB2. `lags_s`: for each event applied, the time from the commit in DB1 to the commit in DB2. */
  onEventsApplied(
    topic: string,
    counts: ReadonlyMap<EventType, Applied>,
    lags_s: readonly number[],
    records: readonly DecodedRecord[],
  ): void;
  /** A batch of the log is done: its events are applied, known already, or kept as dead letters. The time includes all waits for DB2. */
  onBatchDone(events: number, duration_ms: number): void;
  /** `event_type` is `unknown` where the record does not say. */
  onDeadLetter(letter: DeadLetter, event_type: EventType | "unknown"): void;
  /** Everything of a resync has come; `dropped` articles were still of an older epoch. */
  onResyncCompleted(epoch: number, dropped: number): void;
  /** DB2 did not take a batch, for a reason that may pass; told once, until nothing waits for it any more. */
  onReplicaUnavailable(error: unknown): void;
  /** Nothing waits for DB2 any more: it has taken all of it, or others have to do it now. */
  onReplicaAvailable(): void;
}
