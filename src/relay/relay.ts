import { type EventLog, type EventRecord, RecordTooLarge } from "../article/event-log.ts";
import { backOff } from "../platform/backoff.ts";
import { pause, withDeadline } from "../platform/deadline.ts";
import type { Logger } from "../platform/log.ts";
import type { Outbox, OutboxRow } from "../store/article-store.ts";
import type { Database } from "../store/database.ts";
import type { RelayHooks, RelayState } from "./hooks.ts";
import { createWakeUp } from "./wake-up.ts";

export interface RelayParts {
  readonly outbox: Outbox;
  readonly eventLog: EventLog;
  /** DB1, whose lock makes one process the leader. */
  readonly database: Database;
  readonly log: Logger;
  readonly hooks: RelayHooks;
  /** While there is work, the writes of processes that cannot poke us wait no longer than this; then less and less often. */
  readonly poll_interval_ms?: number;
}

export interface Relay {
  /** Tells that a write has been committed. Never throws, never waits. */
  poke(): void;
  /** Carries events from the outbox to the log, while this process leads, until `stop` aborts. Never rejects. */
  run(stop: AbortSignal): Promise<void>;
}

/** Any number that nothing else in the database locks (migrations lock another): "rely" in ASCII. */
export const relay_lock_key = 0x72656c79;

/** Enough to fill a request to the log some times over; the outbox also bounds their bytes. */
const rows_max = 1000;
const poll_interval_max_ms = 500;
/**
 * Under many small writes a round takes up no less than this, so that they go in groups: a round costs two statements here, a request
 * to the broker, and a fetch, a statement and a commit at DB2, be it for one event or fifty. The more it carried, the longer the next
 * may gather: with more than 500 events a second soon the longest time. A write that comes alone does not wait.
 */
const round_ms = { least: 4, an_event: 2, most: 25 } as const;
const busy_for_ms = 2000;
const retry = { first_ms: 50, max_ms: 5000 };
/** The batch in hand may finish this long after the stop; what is not removed then is published again later. */
const drain_timeout_ms = 5000;

/**
 * Takes the oldest rows, publishes them in order, and removes them once the log has them; meanwhile the next are taken. Never a cursor over ids: rows commit out of
 * the order of their ids, and one that was passed over would be lost.
 */
export function createRelay({ outbox, eventLog, database, log, hooks, poll_interval_ms = 20 }: RelayParts): Relay {
  const wakeUp = createWakeUp();
  let state: RelayState = "waiting";

  function enter(next: RelayState): void {
    if (state === next) return;
    state = next;
    hooks.onRelayStateChanged(next);
  }

  /** The batch behind the one that is being published, on its way from DB1. */
  let ahead: Promise<readonly OutboxRow[]> | undefined;

  function takeAhead(rows: readonly OutboxRow[]): void {
    if (rows.length < rows_max) return;
    ahead = outbox.take(
      rows_max,
      rows.map(({ id }) => id),
    );
    // Told when it is waited for, if ever.
    ahead.catch(() => {});
  }

  async function oldest(): Promise<readonly OutboxRow[]> {
    const taken = ahead;
    ahead = undefined;
    const rows = await taken;
    return rows === undefined || rows.length === 0 ? outbox.take(rows_max) : rows;
  }

  /** Resolves to how many rows left the outbox. */
  async function publishOldest(): Promise<number> {
    const rows = await oldest();
    if (rows.length === 0) return 0;
    takeAhead(rows);
    try {
      await eventLog.publish(rows.map(toRecord));
      return await published(rows);
    } catch (error) {
      // What stays in the outbox comes before it.
      ahead = undefined;
      const refused = error instanceof RecordTooLarge ? rows.findIndex(({ id }) => id === error.outbox_id) : -1;
      if (!(error instanceof RecordTooLarge) || refused === -1) throw error;
      // Those before it are in the log. Later events of its article may pass it: DB2 keeps the newest version.
      await published(rows.slice(0, refused));
      await outbox.park(error.outbox_id, "too_large", error.message);
      hooks.onParked(error.outbox_id, "too_large", error.message);
      return refused + 1;
    }
  }

  async function published(rows: readonly OutboxRow[]): Promise<number> {
    await outbox.remove(rows.map(({ id }) => id));
    if (rows.length > 0) hooks.onPublished(rows);
    return rows.length;
  }

  function blocked(error: unknown): void {
    if (state !== "blocked") {
      const message = error instanceof Error ? error.message : String(error);
      log.warn({ err: error }, `Events wait in the outbox, since they cannot be published; trying until they are: ${message}`);
    }
    enter("blocked");
  }

  function unblocked(): void {
    if (state === "blocked") log.info("Events are published again");
    enter("publishing");
  }

  async function lead(ended: AbortSignal): Promise<void> {
    let failures = 0;
    let busy_until_ms = performance.now() + busy_for_ms;
    let interval_ms = poll_interval_ms;
    // Of an earlier leadership: since then others may have published it.
    ahead = undefined;
    while (!ended.aborted) {
      try {
        const began_ms = performance.now();
        const published = await finishInTime(publishOldest(), ended);
        unblocked();
        failures = 0;
        if (published > 0) {
          const now_ms = performance.now();
          busy_until_ms = now_ms + busy_for_ms;
          interval_ms = poll_interval_ms;
          const early_ms = began_ms + roundTime(published) - now_ms;
          if (published < rows_max && early_ms > 0) await pause(early_ms, ended);
          continue;
        }
      } catch (error) {
        if (ended.aborted) return;
        blocked(error);
        await pause(backOff(failures++, retry), ended);
        continue;
      }
      await wakeUp.wait(interval_ms, ended);
      if (performance.now() > busy_until_ms) interval_ms = Math.min(poll_interval_max_ms, interval_ms * 1.5);
    }
  }

  return {
    poke: wakeUp.poke,
    async run(stop) {
      let failures = 0;
      while (!stop.aborted) {
        try {
          await database.withLeadership(relay_lock_key, stop, async (lost) => {
            failures = 0;
            log.info("This process publishes the outbox's events");
            unblocked();
            await lead(AbortSignal.any([stop, lost]));
          });
          if (!stop.aborted) log.warn("Another process may publish the outbox's events now: the lock in DB1 was lost");
          enter("waiting");
        } catch (error) {
          if (stop.aborted) return;
          blocked(error);
          await pause(backOff(failures++, retry), stop);
        }
      }
    },
  };
}

function roundTime(events: number): number {
  return Math.min(round_ms.most, Math.max(round_ms.least, events * round_ms.an_event));
}

/** As `work`, but not for longer than the drain's time once `ended` aborts. */
async function finishInTime<Result>(work: Promise<Result>, ended: AbortSignal): Promise<Result> {
  const cut = Promise.withResolvers<never>();
  const onEnd = () => withDeadline(work, drain_timeout_ms).catch(cut.reject);
  ended.addEventListener("abort", onEnd, { once: true });
  try {
    return await Promise.race([work, cut.promise]);
  } finally {
    ended.removeEventListener("abort", onEnd);
  }
}

function toRecord({ id, ...row }: OutboxRow): EventRecord {
  return { ...row, outbox_id: id };
}
