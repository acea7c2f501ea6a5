import { backOff } from "../../platform/backoff.ts";
import { pause } from "../../platform/deadline.ts";
import type { Database } from "../../store/database.ts";
import { createFillPace, type FillPace } from "./fill-pace.ts";
import { fillSearch, putFirstBehind } from "./fill-search.ts";

export interface SearchFillerHooks {
  /** Told once, until it works again. */
  onFillFailed(error: unknown): void;
  onFillResumed(): void;
}

export interface SearchFillerParts {
  /** DB2. */
  readonly database: Database;
  readonly hooks: SearchFillerHooks;
  readonly pace?: FillPace;
}

/** Makes the search vectors of what was applied to DB2, a moment behind it. Any number of processes may do so side by side. */
export interface SearchFiller {
  /** Tells that events were committed in DB2. Never throws, never waits. */
  applied(events: number): void;
  /** Works until `stop` aborts, and resolves between two batches. What DB2 refuses is tried again, with growing pauses. */
  run(stop: AbortSignal): Promise<void>;
}

/**
 * `batch_ms`: a batch that takes longer than twice this is halved. On a server it bounds how long a deletion may wait; PGlite works in
 * our own thread, so there it bounds how long everything else does.
 */
const limits = {
  postgres: { articles_max: 200, batch_ms: 50, gap_ms: 0 },
  pglite: { articles_max: 20, batch_ms: 5, gap_ms: 5 },
} as const satisfies Record<Database["kind"], unknown>;

const retry = { first_ms: 50, max_ms: 5_000 };

export function createSearchFiller({ database, hooks, pace: given }: SearchFillerParts): SearchFiller {
  const { articles_max, batch_ms, gap_ms } = limits[database.kind];
  const pace = given ?? createFillPace({ gap_ms });
  let size: number = articles_max;
  let woken = new AbortController();
  let failures = 0;

  async function fill(): Promise<void> {
    const began_ms = performance.now();
    const taken = await fillSearch(database, size);
    const took_ms = performance.now() - began_ms;
    pace.filled(taken === size ? "full" : taken > 0 ? "partial" : "empty");
    if (failures > 0) hooks.onFillResumed();
    failures = 0;
    if (took_ms > 2 * batch_ms) size = Math.max(1, size >> 1);
    else if (taken === size && took_ms < batch_ms) size = Math.min(articles_max, size * 2);
  }

  /** One that cannot be made must not keep back the others: smaller batches find it, then they pass it. */
  async function failed(error: unknown): Promise<void> {
    if (failures++ === 0) hooks.onFillFailed(error);
    if (size === 1) await putFirstBehind(database).catch(() => {});
    size = Math.max(1, size >> 3);
  }

  return {
    applied(events) {
      if (pace.applied(events)) woken.abort();
    },
    async run(stop) {
      stop.addEventListener("abort", () => woken.abort(), { once: true });
      while (!stop.aborted) {
        const wait_ms = pace.wait_ms();
        if (wait_ms > 0) {
          woken = new AbortController();
          await pause(wait_ms, woken.signal);
          continue;
        }
        try {
          await fill();
        } catch (error) {
          await failed(error);
          await pause(backOff(failures - 1, retry), stop);
        }
      }
    },
  };
}
