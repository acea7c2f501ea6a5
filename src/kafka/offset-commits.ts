import { pause } from "../platform/deadline.ts";
import type { Logger } from "../platform/log.ts";

/** Commits `offset` (the next to be read) of each partition. */
export type CommitOffsets = (offsets: ReadonlyMap<number, string>) => Promise<void>;

export interface OffsetCommits {
  /** Remembers that everything before `offset` is in DB2; it is committed soon. */
  note(partition: number, offset: string): void;
  /** Resolves when all that was noted is committed, or its commit has failed. */
  flush(): Promise<void>;
  /** Forgets what was not committed: the partitions were given out anew, so it will be delivered again. */
  forget(): void;
}

/**
 * The broker lingers over 5 ms on each commit (Kafka 4.1, group.coordinator.append.linger.ms), so nobody waits for one, and
 * ten a second are enough: after a crash so much is delivered again, and changes nothing.
 */
const commit_interval_ms = 100;

export function createOffsetCommits(commit: CommitOffsets, log: Logger): OffsetCommits {
  const noted = new Map<number, string>();
  let running: Promise<void> | undefined;
  let hurry = new AbortController();

  async function run(): Promise<void> {
    while (noted.size > 0) {
      const offsets = new Map(noted);
      noted.clear();
      try {
        await commit(offsets);
      } catch (error) {
        log.debug({ err: error }, "Offsets were not committed; the events behind them will be delivered again");
      }
      await pause(commit_interval_ms, hurry.signal);
    }
  }

  return {
    note(partition, offset) {
      noted.set(partition, offset);
      running ??= run().finally(() => {
        running = undefined;
      });
    },
    async flush() {
      hurry.abort();
      await running;
      hurry = new AbortController();
    },
    forget: () => noted.clear(),
  };
}
