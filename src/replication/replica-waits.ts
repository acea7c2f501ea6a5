import type { ReplicationHooks } from "./hooks.ts";

/** Who waits now for DB2 to take what it did not take, and what it said. */
export interface ReplicaWaits {
  failed(who: object, error: unknown): void;
  /** DB2 has taken it, or nobody tries any more. */
  ended(who: object): void;
  /** What DB2 said to the one who has waited longest; undefined while nobody waits. */
  trouble(): string | undefined;
}

/** Only who waits says that DB2 is away: one who gave up must not leave that behind. */
export function createReplicaWaits(hooks: Pick<ReplicationHooks, "onReplicaUnavailable" | "onReplicaAvailable">): ReplicaWaits {
  const waiting = new Map<object, unknown>();
  return {
    failed(who, error) {
      const first = waiting.size === 0;
      waiting.set(who, error);
      if (first) hooks.onReplicaUnavailable(error);
    },
    ended(who) {
      if (waiting.delete(who) && waiting.size === 0) hooks.onReplicaAvailable();
    },
    trouble() {
      for (const error of waiting.values()) return error instanceof Error ? error.message : String(error);
      return undefined;
    },
  };
}
