/** Texts that stand nowhere else, one for each place where they are put in, so that a leak says where it comes from. */
export interface Canaries {
  /** The one of a place, always the same. */
  of(place: string): string;
  /** The places whose canary is in `output`. */
  foundIn(output: string | Uint8Array): readonly string[];
}

export function createCanaries(): Canaries {
  const known = new Map<string, string>();
  return {
    of(place) {
      const found = known.get(place) ?? `canary${crypto.randomUUID().replaceAll("-", "")}`;
      known.set(place, found);
      return found;
    },
    foundIn(output) {
      const text = typeof output === "string" ? output : Buffer.from(output).toString("latin1");
      return [...known].filter(([, canary]) => text.includes(canary)).map(([place]) => place);
    },
  };
}
