/** How far one partition is read, and where it ended when we last looked. */
interface Place {
  readonly next: number;
  readonly end: number;
}

/** Where this process stands in each of its partitions. */
export function createPosition() {
  const places = new Map<number, Place>();
  return {
    /** `next`: the offset to be read next; `end`: the offset that the next record written will have. */
    moved(partition: number, next: number, end: number): void {
      places.set(partition, { next, end: Math.max(next, end) });
    },
    /** How many records are not read, where that is known. */
    behind(partition: number, end: number): number | undefined {
      const place = places.get(partition);
      return place && Math.max(0, end - place.next);
    },
    /** The offset to be read next, where that is known. */
    next: (partition: number): number | undefined => places.get(partition)?.next,
    forget: () => places.clear(),
  };
}

export type Position = ReturnType<typeof createPosition>;
