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
    /** The partition ends at `end` by now. Tells what is to be read there, where it is known where we stand. */
    ends(partition: number, end: number): { readonly next: number; readonly behind: number } | undefined {
      const place = places.get(partition);
      if (!place) return undefined;
      places.set(partition, { ...place, end: Math.max(place.next, end) });
      return { next: place.next, behind: Math.max(0, end - place.next) };
    },
    /** How many records of these partitions were not read when we last looked; undefined while one of them is not known. */
    unread(partitions: readonly number[]): ReadonlyMap<number, number> | undefined {
      const known = partitions.flatMap((partition) => {
        const place = places.get(partition);
        return place ? [[partition, place.end - place.next] as const] : [];
      });
      return known.length === partitions.length ? new Map(known) : undefined;
    },
    knows: (partition: number): boolean => places.has(partition),
    forget: () => places.clear(),
  };
}

export type Position = ReturnType<typeof createPosition>;
