import type { Admin } from "kafkajs";
import type { KafkaConfig } from "../config/config.ts";
import type { MissingHistory } from "./hooks.ts";

/** Where a partition begins and ends, and what the group has read of it (null: nothing yet). Offsets are decimal. */
export interface PartitionOffsets {
  readonly partition: number;
  readonly oldest: string;
  readonly end: string;
  readonly committed: string | null;
}

export async function fetchPartitionOffsets(
  admin: Admin,
  { topic, group_id }: KafkaConfig,
): Promise<readonly PartitionOffsets[]> {
  const [bounds, groups] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    admin.fetchOffsets({ groupId: group_id, topics: [topic] }),
  ]);
  const committed = new Map(
    groups.flatMap(({ partitions }) => partitions.map(({ partition, offset }) => [partition, offset] as const)),
  );
  return bounds.map(({ partition, low, high }) => {
    const offset = committed.get(partition);
    return { partition, oldest: low, end: high, committed: offset === undefined || offset.startsWith("-") ? null : offset };
  });
}

/** How much of what was there when `marked` was looked at the group has not read `now`; what has expired since does not count. */
export function countBehind(marked: readonly PartitionOffsets[], now: readonly PartitionOffsets[]): number {
  const next = new Map(
    now.map(({ partition, oldest, committed }) => [partition, Math.max(Number(oldest), Number(committed ?? 0))]),
  );
  return marked.reduce((behind, { partition, end }) => behind + Math.max(0, Number(end) - (next.get(partition) ?? 0)), 0);
}

/** kafkajs goes on from the oldest record there is and tells nobody, so what is gone has to be looked for. */
export function missingHistory(
  topic: string,
  offsets: readonly PartitionOffsets[],
  starts_empty: boolean,
): readonly MissingHistory[] {
  return offsets
    .filter(({ oldest, end, committed }) => {
      // It was read into another database than this one.
      if (starts_empty && BigInt(committed ?? 0) > 0n) return true;
      const next = BigInt(committed ?? 0);
      // Past the end: the topic was deleted and made anew, or its broker lost records that we had read.
      return next < BigInt(oldest) || next > BigInt(end);
    })
    .map(({ partition, oldest, committed }) => ({ topic, partition, oldest, committed }));
}
