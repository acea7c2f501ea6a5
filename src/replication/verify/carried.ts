import type { EventLog, LogMark } from "../../article/event-log.ts";
import type { Outbox } from "../../store/article-store.ts";

export interface CarriageParts {
  /** DB1's. */
  readonly outbox: Pick<Outbox, "last" | "hasSent">;
  readonly eventLog: Pick<EventLog, "mark">;
}

/** Marks all that is written in DB1 by now; the mark has passed when DB2 has it all, or has kept it as a dead letter. */
export async function markWritten({ outbox, eventLog }: CarriageParts): Promise<LogMark> {
  const last = await outbox.last();
  let log: LogMark | undefined;
  return {
    async passed() {
      if (log === undefined) {
        if (!(await outbox.hasSent(last))) return false;
        log = await eventLog.mark();
      }
      return await log.passed();
    },
  };
}
