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

/** Whether the group has read, `now`, all that was there when `marked` was looked at; what has expired since is not waited for. */
export function hasPassed(marked: readonly PartitionOffsets[], now: readonly PartitionOffsets[]): boolean {
  const read = new Map(now.map(({ partition, oldest, committed }) => [partition, BigInt(committed ?? oldest)]));
  return marked.every(({ partition, oldest, end }) => oldest === end || (read.get(partition) ?? 0n) >= BigInt(end));
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
