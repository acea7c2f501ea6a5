export interface FillPaceOptions {
  /** Between two full batches while nobody else wants DB2. */
  readonly gap_ms: number;
  readonly now_ms?: () => number;
}

/** Each event applied keeps the vectors back for this long, since more may come behind it: 500 events a second keep DB2 busy all the time, */
const busy_per_event_ms = 2;
/** but for no longer than this after the last one. */
const busy_max_ms = 50;
/** Between two batches while DB2 is busy: at first, and when that was never enough for some ten seconds. */
const rest_ms = { first: 1_000, least: 10 } as const;
const rest_shrinks = 0.9;
const rest_grows = 1.1;
/** One statement makes the vectors of all that came within this. */
const gather_ms = 20;
/** Entries that another process left behind are found within this. */
const poll_ms = 3_000;

/**
 * When vectors are made: at once where nothing else is to be done, else a batch every second; as long as a second's batch is not
 * enough, each next pause is a tenth shorter. So rows come first while DB2 catches up, and a stream of events that never ends cannot
 * keep search back for ever.
 */
export function createFillPace({ gap_ms, now_ms = () => performance.now() }: FillPaceOptions) {
  let busy_until_ms = Number.NEGATIVE_INFINITY;
  let filled_ms = Number.NEGATIVE_INFINITY;
  let last: "full" | "partial" | "empty" = "full";
  let rest: number = rest_ms.first;

  return {
    /** Events were applied. Answers whether the next batch is due sooner for it. */
    applied(events: number): boolean {
      const now = now_ms();
      busy_until_ms = Math.min(now + busy_max_ms, Math.max(now, busy_until_ms) + events * busy_per_event_ms);
      if (last !== "empty") return false;
      last = "partial";
      return true;
    },

    /** A batch is done: there was more than it could take, all of what waited, or nothing. */
    filled(found: "full" | "partial" | "empty"): void {
      last = found;
      filled_ms = now_ms();
      if (filled_ms >= busy_until_ms) rest = rest_ms.first;
      else if (found === "full") rest = Math.max(rest_ms.least, rest * rest_shrinks);
      else rest = Math.min(rest_ms.first, rest * rest_grows);
    },

    /** How long to wait before the next batch, as far as is known now. */
    wait_ms(): number {
      const now = now_ms();
      if (last === "empty") return filled_ms + poll_ms - now;
      const due_idle = Math.max(busy_until_ms, filled_ms + (last === "full" ? gap_ms : gather_ms));
      return Math.min(due_idle, filled_ms + rest) - now;
    },
  };
}

export type FillPace = ReturnType<typeof createFillPace>;
