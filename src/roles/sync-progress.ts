import type { EventLog } from "../article/event-log.ts";
import type { Check } from "../platform/health.ts";
import type { Logger } from "../platform/log.ts";
import type { Replication } from "../replication/replication.ts";
import { createStallWatch, type PartitionLook, type Stall, type StallLimits, stallLimits } from "../replication/stall-watch.ts";
import { repeatedly } from "./repeatedly.ts";

export interface SyncProgressParts {
  readonly eventLog: Pick<EventLog, "progress">;
  readonly replication: Pick<Replication, "steps">;
  /** Whether DB2 answers, and takes events. */
  readonly replicaAnswers: () => Promise<boolean>;
  readonly log: Logger;
  readonly limits?: StallLimits;
  readonly now_ms?: () => number;
}

/** Whether the sync gets on: told by health, by liveness, and in the end by the process that gives up. */
export interface SyncProgress extends AsyncDisposable {
  readonly check: Check;
  /** Why the process should be restarted, or undefined. */
  stalled(): string | undefined;
  /** Rejects when restarting is all that is left. Never resolves. */
  readonly failed: Promise<never>;
}

/** The consumer reads nothing, though there is something to read and DB2 would take it. */
export class ConsumerStalled extends Error {
  override readonly name = "ConsumerStalled";
}

export function watchSyncProgress(parts: SyncProgressParts): SyncProgress {
  const { eventLog, replication, replicaAnswers, log, limits = stallLimits, now_ms = () => performance.now() } = parts;
  const watch = createStallWatch({ now_ms, gap_max_ms: 2 * limits.look_every_ms });
  const { promise: failed, reject } = Promise.withResolvers<never>();
  // Whoever does not look at it must not be ended by it.
  failed.catch(() => {});
  let told = false;

  async function look(): Promise<readonly PartitionLook[] | undefined> {
    if (!(await replicaAnswers())) return undefined;
    const partitions = await eventLog.progress().catch(() => undefined);
    return partitions?.map((partition) => ({ ...partition, steps: replication.steps(partition.partition) }));
  }

  function beyond(limit_ms: number): string | undefined {
    const stall = watch.worst();
    return stall !== undefined && stall.stalled_ms >= limit_ms ? describe(stall) : undefined;
  }

  const looking = repeatedly("look at the consumer's progress", limits.look_every_ms, log, async () => {
    watch.look(await look());
    const stalled = beyond(limits.not_ready_ms);
    if (stalled !== undefined && !told) log.error(watch.worst(), stalled);
    if (stalled === undefined && told) log.info("The consumer gets on again");
    told = stalled !== undefined;
    const given_up = beyond(limits.exit_ms);
    if (given_up !== undefined) reject(new ConsumerStalled(`${given_up}; ending, so that a new process takes its place`));
  });

  return {
    check: {
      name: "progress",
      required: true,
      async run() {
        const detail = beyond(limits.not_ready_ms);
        return detail === undefined ? { state: "up" } : { state: "down", detail };
      },
    },
    stalled: () => beyond(limits.not_live_ms),
    failed,
    [Symbol.asyncDispose]: () => looking[Symbol.asyncDispose](),
  };
}

function describe({ partition, behind, stalled_ms }: Stall): string {
  const seconds = Math.floor(stalled_ms / 1000);
  return `the consumer stands still: partition ${partition} has ${behind} events waiting and has not moved for ${seconds} s, though DB2 answers`;
}
