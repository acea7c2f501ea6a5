/** What a record holds. An event of ours is text; a dead letter that is replayed goes byte for byte, whatever it is. */
export interface RecordContent {
  readonly key: string | Buffer | null;
  /** The event as JSON. */
  readonly value: string | Buffer | null;
  readonly headers: Readonly<Record<string, string | Buffer>>;
}

/** An event on its way to the log. Records with one key keep their order. */
export interface EventRecord extends RecordContent {
  /** Its id in DB1's outbox: where the log is the outbox itself, this is the record's offset. */
  readonly outbox_id: number;
  /** The partition that it must go into, from 0; without it, the one of its key. */
  readonly partition?: number;
}

/** An event as it came out of the log: bytes, since anyone may have written them. */
export interface ReceivedRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
  /** Decimal, as Kafka counts: grows within a partition. */
  readonly offset: string;
}

export interface EventBatch {
  readonly topic: string;
  readonly partition: number;
  /** In order, at most `batch_records_max` of them. */
  readonly records: readonly ReceivedRecord[];
  /** How many more records wait in this partition behind these, as far as is known. */
  readonly behind: number;
  /** To be called at least every second or so while a batch takes longer, so that the log does not give its partition away. */
  heartbeat(): Promise<void>;
  /** Aborted when the partition is no longer ours: the log closes, or another process gets it. One signal for as long as we hold it. */
  readonly signal: AbortSignal;
}

/** Resolves when the whole batch is committed in DB2 (or dead-lettered); only then does the log move on. A throw means: deliver again. */
export type BatchHandler = (batch: EventBatch) => Promise<void>;

/** A record that can never be applied, as it came, with why. */
export interface DeadLetter {
  readonly record: ReceivedRecord;
  readonly topic: string;
  readonly partition: number;
  /** A stable word: `malformed_json`, `invalid_event`, `unknown_event_type`, `unknown_schema_version`, `refused_by_database`. */
  readonly reason: string;
  readonly error: string;
  /** RFC 3339. */
  readonly failed_at: string;
  readonly attempts: number;
}

/** The log takes no record of this size, now or later: the others go only without it. */
export class RecordTooLarge extends Error {
  override readonly name = "RecordTooLarge";
  constructor(
    readonly outbox_id: number,
    message: string,
  ) {
    super(message);
  }
}

export type EventLogState =
  | { readonly state: "up" }
  | { readonly state: "standby"; readonly detail: string }
  | { readonly state: "down"; readonly detail: string };

/** Where this process stands in a partition that it consumes. */
export interface PartitionProgress {
  readonly partition: number;
  /** The offset to be read next. */
  readonly next: number;
  /** How many records wait from there on. */
  readonly behind: number;
}

/** A place in the log. */
export interface LogMark {
  /** How many records before it have not been handled yet, by us or by another process of the group. */
  behind(): Promise<number>;
}

export interface ConsumeOptions {
  /** Whether the consumer's database is empty: then what the group has read before is missing there. Asked when reading begins. */
  isEmpty?(): Promise<boolean>;
}

/**
 * The log that carries events from DB1 to DB2: Kafka, or in process. Each record is delivered at least once,
 * records of one key in the order in which they were first published.
 */
export interface EventLog extends AsyncDisposable {
  /** Resolves when every record is durable in the log. Rejects when that is not known of all: publish them again, repeats are harmless. Throws RecordTooLarge: those before that one are durable then. */
  publish(records: readonly EventRecord[]): Promise<void>;
  /** Starts delivering to `handler`; one consumption an event log. */
  consume(handler: BatchHandler, options?: ConsumeOptions): Promise<void>;
  /** How many partitions the log has: an event that concerns all of them is published once into each. */
  partitions(): Promise<number>;
  /** The end of the log as it is now. */
  mark(): Promise<LogMark>;
  /** Tells others of a record that was given up on; DB2 keeps it too. */
  publishDeadLetter(letter: DeadLetter): Promise<void>;
  /** The log as it is now, for health. */
  check(): Promise<EventLogState>;
  /** Of each partition that is ours, as far as it is known; of none while others have them all. Rejects while the log does not answer. */
  progress(): Promise<readonly PartitionProgress[]>;
  /** The same as of when it was last looked at: how many records wait in each partition that is ours. Undefined while that is not known, or while none is ours. */
  unread(): ReadonlyMap<number, number> | undefined;
  /** Rejects when the log has failed for good and the process should end. Never resolves. */
  readonly failed: Promise<never>;
}

/** A slice small enough for one statement, and for a heartbeat between two of them. */
export const batch_records_max = 500;
