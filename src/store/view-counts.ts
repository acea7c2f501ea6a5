import { pause } from "../platform/deadline.ts";
import { continueTrace } from "../platform/trace.ts";
import type { ViewCounts } from "./article-store.ts";
import { countingViews } from "./count-views.ts";
import type { Database, Statement } from "./database.ts";
import { backlog_group_size, createViewBacklog } from "./view-backlog.ts";

export interface ViewCountsParts {
  readonly database: Database;
  readonly hooks?: {
    /** A view that was not counted: too many articles had views since the last flush. */
    onViewDropped?(): void;
    /** Called after each commit that left events in the outbox. */
    onCommitted?(): void;
  };
  /** Articles with views not yet written, at most; each takes some 50 bytes. */
  readonly articles_max?: number;
}

/** What a flush finds of more articles than this is a rush: it is put down as it is, and counted bit by bit. */
const counted_at_once_max = backlog_group_size;
/** Written in one statement in a rush: 5 ms of work for this thread. */
const put_at_once_max = 5_000;
/** In a rush, a thousand articles a second; what rows beyond these hold is counted at once, lest they grow without end. */
const backlog_rows_max = 300;
/** After it, so that requests come between. */
const group_interval_ms = 50;

const add: Statement = {
  name: "views_add",
  text: `WITH input AS (SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS t(id, more)),
${countingViews("$3::text")}
SELECT`,
};

/**
 * Views, gathered in memory and written by each flush. To count an article is to write its row in both databases and an event for it,
 * which costs more than to read it. So when more than a thousand articles are viewed between two flushes, their views are put down in
 * DB1 as they are, a thousand articles a row, and counted more slowly: what is viewed again meanwhile is counted once.
 *
 * One flush runs at a time. What it could not write is written with the next: where the connection was lost behind a commit, those
 * views count twice. Better a view too many than an hour of them lost.
 */
export function createViewCounts({ database, hooks = {}, articles_max = 100_000 }: ViewCountsParts): ViewCounts {
  const backlog = createViewBacklog(database);
  let counted = new Map<number, number>();
  let last: Promise<void> = Promise.resolve();
  let rush = false;
  let settled_ms = performance.now();

  function addBack(id: number, views: number): void {
    if (counted.has(id) || counted.size < articles_max) counted.set(id, (counted.get(id) ?? 0) + views);
    else hooks.onViewDropped?.();
  }

  // Many requests' views go together: their events are a trace of their own.
  const newTrace = () => continueTrace(null);

  async function write(): Promise<void> {
    const pending = [...counted];
    counted = new Map();
    rush = pending.length > counted_at_once_max;
    let written = 0;
    try {
      for (; written < pending.length; written += put_at_once_max) {
        const some = pending.slice(written, written + put_at_once_max);
        await writeSome(
          some.map(([id]) => id),
          some.map(([, views]) => views),
        );
      }
    } catch (error) {
      for (const [id, views] of pending.slice(written)) addBack(id, views);
      throw error;
    }
  }

  async function writeSome(ids: readonly number[], views: readonly number[]): Promise<void> {
    if (rush) return backlog.put(ids, views);
    await database.query(add, [ids, views, newTrace()]);
    hooks.onCommitted?.();
  }

  async function countNext(): Promise<boolean> {
    const found = await backlog.countNext(newTrace());
    if (found) hooks.onCommitted?.();
    return found;
  }

  async function countSome(): Promise<void> {
    const now_ms = performance.now();
    const due = Math.max(1, Math.round((now_ms - settled_ms) / 1000), (await backlog.merge()) - backlog_rows_max);
    settled_ms = now_ms;
    for (let group = 0; group < due && (await countNext()); group++);
  }

  /** Not while the backlog grows: another process is in a rush, and counts it bit by bit. */
  async function countAll(stop: AbortSignal): Promise<void> {
    settled_ms = performance.now();
    while (!stop.aborted && counted.size <= counted_at_once_max && !(await backlog.grows()) && (await countNext())) {
      await pause(group_interval_ms, stop);
    }
  }

  return {
    count: (id) => addBack(id, 1),
    flush() {
      last = last.then(write, write);
      return last;
    },
    settle: (stop) => (rush ? countSome() : countAll(stop)),
  };
}
