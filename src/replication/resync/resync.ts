import type { EventLog } from "../../article/event-log.ts";
import { pause } from "../../platform/deadline.ts";
import type { Report } from "../../platform/report.ts";
import type { Outbox } from "../../store/article-store.ts";
import type { Database } from "../../store/database.ts";
import { markWritten } from "../carried.ts";
import { untilSent } from "../outbox-room.ts";
import { newestReplicaEpoch, replicaState } from "./replica-state.ts";
import { lastRun, type ResyncRun, sendAllCompleted, sendNextPage, startRun } from "./run-state.ts";

export interface ResyncParts {
  readonly primary: Database;
  readonly replica: Database;
  readonly outbox: Pick<Outbox, "last" | "hasSent" | "state">;
  readonly eventLog: Pick<EventLog, "partitions" | "mark">;
  /** Tells the relay that the outbox has something. */
  onWritten(): void;
}

export interface ResyncOptions {
  /** Begins a new one also where one was cut off. */
  readonly restart?: boolean;
  /** Waits for another process's resync to end, and does nothing if DB2's history is complete then. */
  readonly only_if_missing?: boolean;
}

export interface ResyncResult {
  readonly epoch: number;
  /** Articles. */
  readonly sent: number;
  /** Whether this run went on with one that was cut off. */
  readonly continued: boolean;
  readonly duration_ms: number;
}

export interface Resync {
  /**
   * Rebuilds DB2 from DB1 through the event log, while both serve. Resolves when DB2 has dropped what DB1 does not have;
   * undefined when there was nothing to do. Throws when another resync runs, when nothing moves for a minute, and when
   * `signal` aborts: what was sent stays sent, and the next run goes on from there.
   */
  run(options: ResyncOptions, report: Report, signal: AbortSignal): Promise<ResyncResult | undefined>;
}

/** Everything was sent, and for a minute nothing of it arrived. */
export class ResyncUnconfirmed extends Error {
  override readonly name = "ResyncUnconfirmed";
  constructor(behind: number) {
    super(
      `Everything is sent, but DB2 has not confirmed it (${behind} events behind): does a process of role sync run? ` +
        "It goes on by itself; `blog resync` waits for it again, `blog resync --restart` begins anew",
    );
  }
}

/** Any number that nothing else in the database locks: "resy" in ASCII. */
const resync_lock_key = 0x72657379;
/** A second person is told, instead of starting over when the first has finished. */
const lock_wait_ms = 3_000;
/** So many pages may wait in the outbox: enough to keep the relay busy, at most 32 MiB. */
const pages_waiting_max = 4;
const confirm_poll_ms = 200;
const standstill_max_ms = 60_000;

export function createResync(parts: ResyncParts): Resync {
  const { primary, replica, outbox, eventLog, onWritten } = parts;
  let running = false;

  async function runLeading(options: ResyncOptions, report: Report, signal: AbortSignal): Promise<ResyncResult | undefined> {
    const began_ms = performance.now();
    if (options.only_if_missing && !(await replicaState(replica)).history_missing) return undefined;
    const { run, continued } = await goOnOrStart(options, report);
    const sent = run.all_sent ? run.sent : await sendAll(run, report, signal);
    if (!run.all_sent) await sendAllCompleted(primary, run.epoch, await eventLog.partitions());
    onWritten();
    await untilConfirmed(run.epoch, report, signal);
    return { epoch: run.epoch, sent, continued, duration_ms: Math.round(performance.now() - began_ms) };
  }

  async function goOnOrStart({ restart = false }: ResyncOptions, report: Report) {
    const last = await lastRun(primary);
    const { identity, complete_epoch } = await replicaState(replica);
    if (!restart && last && last.fresh && last.replica === identity && last.epoch > complete_epoch) {
      report.note(`Going on with the resync of epoch ${last.epoch}, which was cut off after ${last.sent} articles`);
      return { run: last, continued: true };
    }
    return { run: await startRun(primary, identity, await newestReplicaEpoch(replica)), continued: false };
  }

  async function sendAll({ epoch, sent: sent_before }: ResyncRun, report: Report, signal: AbortSignal): Promise<number> {
    const total = await countArticles(primary);
    const waiting: number[] = [];
    for (;;) {
      signal.throwIfAborted();
      const oldest = waiting.length >= pages_waiting_max ? waiting.shift() : undefined;
      if (oldest !== undefined) await untilSent(outbox, oldest, signal);
      const { sent, found, outbox_id } = await sendNextPage(primary, epoch);
      if (found === 0) return sent;
      onWritten();
      waiting.push(outbox_id);
      report.progress(sent, Math.max(total, sent, sent_before));
    }
  }

  /** DB2 confirms when it has dropped what is older. */
  async function untilConfirmed(epoch: number, report: Report, signal: AbortSignal): Promise<void> {
    const mark = await markWritten({ outbox, eventLog });
    let behind = Number.POSITIVE_INFINITY;
    let moved_ms = performance.now();
    for (let poll = 0; (await replicaState(replica)).complete_epoch < epoch; poll++) {
      signal.throwIfAborted();
      const now = await mark.behind().catch(() => behind);
      if (now < behind) moved_ms = performance.now();
      if (poll === 0) report.note(`Everything is sent; ${now} events are on their way to DB2`);
      behind = now;
      if (performance.now() - moved_ms > standstill_max_ms) {
        throw new ResyncUnconfirmed(behind);
      }
      await pause(confirm_poll_ms, signal);
    }
  }

  return {
    async run(options, report, signal) {
      if (running) {
        if (options.only_if_missing) return undefined;
        throw new Error("A resync is running already, in this process");
      }
      running = true;
      try {
        const stop = options.only_if_missing ? signal : AbortSignal.any([signal, AbortSignal.timeout(lock_wait_ms)]);
        let led = false;
        const result = await primary.withLeadership(resync_lock_key, stop, (lost) => {
          led = true;
          return runLeading(options, report, AbortSignal.any([signal, lost]));
        });
        if (!led && !options.only_if_missing) {
          signal.throwIfAborted();
          throw new Error("A resync is running already, in another process");
        }
        return result;
      } finally {
        running = false;
      }
    },
  };
}

async function countArticles(primary: Database): Promise<number> {
  const text = "SELECT coalesce(sum(draft + published + archived), 0)::bigint AS total FROM article_counts";
  return (await primary.query<{ total: number }>({ name: "resync_total", text })).rows[0]?.total ?? 0;
}
