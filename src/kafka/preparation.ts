import { protocolErrorOf } from "./errors.ts";

/** What has to be there before the log is used. */
export interface Preparation {
  /** Resolves when it is there; looks once, and again after a failure or a doubt. */
  ready(): Promise<void>;
  /** To be told of what the use threw: a topic may have been deleted meanwhile. */
  doubt(error: unknown): void;
}

export function createPreparation(prepare: () => Promise<void>): Preparation {
  let prepared: Promise<void> | undefined;
  return {
    async ready() {
      prepared ??= prepare();
      const mine = prepared;
      try {
        await mine;
      } catch (error) {
        if (prepared === mine) prepared = undefined;
        throw error;
      }
    },
    doubt(error) {
      if (protocolErrorOf(error) === "UNKNOWN_TOPIC_OR_PARTITION") prepared = undefined;
    },
  };
}
