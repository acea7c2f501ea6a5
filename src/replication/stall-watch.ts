import type { PartitionProgress } from "../article/event-log.ts";

/** How long a partition may stand still, with events waiting and DB2 answering, before each consequence. */
export interface StallLimits {
  readonly look_every_ms: number;
  readonly not_ready_ms: number;
  readonly not_live_ms: number;
  /** A little after it is not live, so that whoever probes sees why. */
  readonly exit_ms: number;
}

export const stallLimits: StallLimits = { look_every_ms: 5_000, not_ready_ms: 30_000, not_live_ms: 120_000, exit_ms: 135_000 };

/** The partition that has stood still for longest. */
export interface Stall {
  readonly partition: number;
  readonly behind: number;
  readonly stalled_ms: number;
}

interface Standing {
  readonly next: number;
  readonly steps_max: number;
  readonly behind: number;
  readonly stalled_ms: number;
}

/** One look at a partition. `steps` counts what was done of the batch in hand: a batch of poison takes long, and is progress. */
export interface PartitionLook extends PartitionProgress {
  readonly steps: number;
}

export interface StallWatch {
  /** To be told every few seconds; nothing while DB2 or the log does not answer: then no time passes. */
  look(partitions: readonly PartitionLook[] | undefined): void;
  worst(): Stall | undefined;
}

/**
 * Finds the consumer that lives and does nothing. A batch that is applied again and again is no progress, since its position stays;
 * reading what DB2 has already is. `gap_max_ms`: a longer time between two looks was not spent standing still, but asleep.
 */
export function createStallWatch({
  now_ms,
  gap_max_ms,
}: {
  readonly now_ms: () => number;
  readonly gap_max_ms: number;
}): StallWatch {
  let standings = new Map<number, Standing>();
  let looked_ms: number | undefined;

  return {
    look(partitions) {
      const at_ms = now_ms();
      const passed_ms = looked_ms === undefined ? 0 : Math.min(gap_max_ms, at_ms - looked_ms);
      looked_ms = partitions && at_ms;
      if (partitions)
        standings = new Map(partitions.map((look) => [look.partition, stand(standings.get(look.partition), look, passed_ms)]));
    },
    worst() {
      const stalls = [...standings].map(([partition, { behind, stalled_ms }]) => ({ partition, behind, stalled_ms }));
      const longest = stalls.sort((a, b) => b.stalled_ms - a.stalled_ms)[0];
      return longest && longest.stalled_ms > 0 ? longest : undefined;
    },
  };
}

function stand(before: Standing | undefined, { next, behind, steps }: PartitionLook, passed_ms: number): Standing {
  const moved = before === undefined || behind === 0 || next !== before.next;
  if (moved) return { next, behind, steps_max: steps, stalled_ms: 0 };
  const stalled_ms = steps > before.steps_max ? 0 : before.stalled_ms + passed_ms;
  return { next, behind, steps_max: Math.max(steps, before.steps_max), stalled_ms };
}
