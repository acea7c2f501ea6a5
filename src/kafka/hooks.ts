/** A partition whose next records have expired before they were read. Offsets are decimal; `committed` is null for a new group. */
export interface MissingHistory {
  readonly topic: string;
  readonly partition: number;
  readonly committed: string | null;
  readonly oldest: string;
}

/** What the log tells of; whoever wires it makes metrics and log lines of this. */
export interface KafkaHooks {
  onMessagesSent(topic: string, counts: ReadonlyMap<string, number>): void;
  /** `reason` is one of few words. */
  onSendError(topic: string, reason: string): void;
  onPartitionsAssigned(topic: string, partitions: readonly number[]): void;
  /** DB2 lacks events that are no longer in the topic: only a resync brings them. */
  onHistoryMissing(missing: MissingHistory): void;
}

/** For who only passes by, such as a command. */
export const silentHooks: KafkaHooks = {
  onMessagesSent() {},
  onSendError() {},
  onPartitionsAssigned() {},
  onHistoryMissing() {},
};
