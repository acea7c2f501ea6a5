/** What one partition has not applied yet. */
interface Behind {
  /** When its oldest event not applied was written, or a moment before, in milliseconds since 1970. */
  readonly since_ms: number;
  readonly signal: AbortSignal;
}

/** Remembers for each partition since when it is behind; forgets a partition that is no longer ours. */
export function createLag() {
  const partitions = new Map<number, Behind>();
  return {
    began(partition: number, since_ms: number, signal: AbortSignal): void {
      partitions.set(partition, { since_ms, signal });
    },

    /** `newest_ms`: when the last applied event was written; if more wait behind it, they are no older. */
    applied(partition: number, newest_ms: number, behind: number, signal: AbortSignal): void {
      if (behind > 0) partitions.set(partition, { since_ms: newest_ms, signal });
      else partitions.delete(partition);
    },

    /**
     * Age of the oldest event not applied; 0 when there is none. `unread`: how many records wait in each of our partitions.
     * Undefined where that is not known, or where nobody knows how old they are since none of them has come yet.
     */
    seconds(now_ms: number, unread: ReadonlyMap<number, number> | undefined): number | undefined {
      if (unread === undefined) return undefined;
      let since_ms = now_ms;
      for (const [partition, behind] of partitions) {
        if (behind.signal.aborted) partitions.delete(partition);
        else since_ms = Math.min(since_ms, behind.since_ms);
      }
      for (const [partition, count] of unread) if (count > 0 && !partitions.has(partition)) return undefined;
      return (now_ms - since_ms) / 1000;
    },

    /** The same for each of our partitions of which it is known. */
    secondsByPartition(now_ms: number, unread: ReadonlyMap<number, number> = new Map()): ReadonlyMap<number, number> {
      const ages_s = new Map<number, number>();
      for (const [partition, count] of unread) if (count === 0) ages_s.set(partition, 0);
      for (const [partition, { since_ms, signal }] of partitions) {
        if (!signal.aborted) ages_s.set(partition, (now_ms - since_ms) / 1000);
      }
      return ages_s;
    },
  };
}

export type Lag = ReturnType<typeof createLag>;
