import type { MissingHistory } from "../kafka/hooks.ts";
import { pause } from "../platform/deadline.ts";
import type { Check } from "../platform/health.ts";
import type { Logger } from "../platform/log.ts";
import { noteMissingHistory, replicaState } from "../replication/resync/replica-state.ts";
import { type Resync, ResyncUnconfirmed } from "../replication/resync/resync.ts";
import type { Database } from "../store/database.ts";
import { running } from "./repeatedly.ts";

export interface HistoryParts {
  readonly replica: Database;
  readonly log: Logger;
  /** Aborts when the process is asked to stop. */
  readonly stop: AbortSignal;
}

/** Events that expired from the log before DB2 had them: noted in DB2, since the log itself tells it only once. */
export interface HistoryWatch {
  onMissing(missing: MissingHistory): void;
  /** Not ready until a resync is complete. */
  readonly check: Check;
  /** Starts a resync when history is missing, now or later: for a process that has DB1 too. */
  resyncWhenMissing(resync: Resync): AsyncDisposable;
}

/** Between two looks at DB2; a resync that failed is begun again after it. */
const look_every_ms = 5_000;

export function watchHistory({ replica, log, stop }: HistoryParts): HistoryWatch {
  let told = false;
  let noticed = new AbortController();

  /** Until DB2 knows: the log tells it once, and DB2 may be away just now. */
  async function note(): Promise<void> {
    for (;;) {
      try {
        await noteMissingHistory(replica);
        return noticed.abort();
      } catch (error) {
        log.warn({ err: error }, "DB2 could not be told that its history is missing; trying again");
        await pause(look_every_ms, stop);
        if (stop.aborted) return;
      }
    }
  }

  return {
    onMissing(missing) {
      if (told) return;
      told = true;
      log.error(missing, "events have expired before DB2 had them: only a resync brings them");
      void note().finally(() => {
        told = false;
      });
    },

    check: {
      name: "history",
      required: true,
      async run() {
        const { history_missing } = await replicaState(replica);
        if (!history_missing) return { state: "up" };
        return { state: "down", detail: "history is missing, run `blog resync`" };
      },
    },

    resyncWhenMissing(resync) {
      let restart = false;
      return running(async (closing) => {
        while (!closing.aborted) {
          try {
            if ((await replicaState(replica)).history_missing) await resyncOnce(resync, restart, closing);
            restart = false;
          } catch (error) {
            // What was sent is gone too, as from a topic that was deleted.
            restart = error instanceof ResyncUnconfirmed;
            if (!closing.aborted) log.error({ err: error }, "the resync did not end; trying again");
          }
          await pause(look_every_ms, AbortSignal.any([closing, noticed.signal]));
          if (noticed.signal.aborted) noticed = new AbortController();
        }
      });
    },
  };

  async function resyncOnce(resync: Resync, restart: boolean, closing: AbortSignal): Promise<void> {
    log.info("history is missing in DB2: this process has DB1 too, and rebuilds DB2 from it");
    const report = { progress() {}, note: (text: string) => log.info(text) };
    const result = await resync.run({ only_if_missing: true, restart }, report, closing);
    if (result) log.info(result, "DB2 is rebuilt");
  }
}
