import { backOff } from "../platform/backoff.ts";
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

/** While the broker does not take them. */
const retry = { first_ms: 200, max_ms: 5000 };

export function createOffsetCommits(commit: CommitOffsets, log: Logger): OffsetCommits {
  let noted = new Map<number, string>();
  let running: Promise<void> | undefined;
  let hurry = new AbortController();

  async function run(): Promise<void> {
    let failures = 0;
    while (noted.size > 0) {
      const offsets = noted;
      const later = new Map<number, string>();
      noted = later;
      let wait_ms = commit_interval_ms;
      try {
        await commit(offsets);
        failures = 0;
      } catch (error) {
        wait_ms = backOff(failures++, retry);
        log.debug({ err: error }, "Offsets were not committed; the events behind them will be delivered again");
        // Nothing else may come in a topic that is idle. Who leaves does not wait, and what was forgotten meanwhile stays so.
        if (!hurry.signal.aborted && noted === later) noted = new Map([...offsets, ...later]);
      }
      await pause(wait_ms, hurry.signal);
    }
    // Not in a `finally` of the caller's: what is noted before that ran would find a loop that has ended.
    running = undefined;
  }

  return {
    note(partition, offset) {
      noted.set(partition, offset);
      running ??= run();
    },
    async flush() {
      hurry.abort();
      await running;
      hurry = new AbortController();
    },
    forget() {
      noted = new Map();
    },
  };
}
