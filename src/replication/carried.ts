import type { EventLog, LogMark } from "../article/event-log.ts";
import type { Outbox } from "../store/article-store.ts";

export interface CarriageParts {
  /** DB1's. */
  readonly outbox: Pick<Outbox, "last" | "hasSent" | "state">;
  readonly eventLog: Pick<EventLog, "mark">;
}

/** Marks all that is written in DB1 by now: nothing is behind when DB2 has it all, or has kept it as a dead letter. */
export async function markWritten({ outbox, eventLog }: CarriageParts): Promise<LogMark> {
  const last = await outbox.last();
  let log: LogMark | undefined;
  return {
    async behind() {
      if (log === undefined) {
        // It may be emptied between the two questions: something is behind all the same until the log was asked.
        if (!(await outbox.hasSent(last))) return Math.max(1, (await outbox.state()).pending);
        log = await eventLog.mark();
      }
      return await log.behind();
    },
  };
}
