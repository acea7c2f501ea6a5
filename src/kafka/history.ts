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

/** kafkajs goes on from the oldest record there is and tells nobody, so what is gone has to be looked for. */
export function missingHistory(topic: string, offsets: readonly PartitionOffsets[]): readonly MissingHistory[] {
  return offsets
    .filter(({ oldest, end, committed }) => {
      const next = BigInt(committed ?? 0);
      // Past the end: the topic was deleted and made anew, or its broker lost records that we had read.
      return next < BigInt(oldest) || next > BigInt(end);
    })
    .map(({ partition, oldest, committed }) => ({ topic, partition, oldest, committed }));
}
