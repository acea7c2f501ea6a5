import { pause } from "../platform/deadline.ts";
import type { Logger } from "../platform/log.ts";

/** Runs `work` until it is disposed of: then `stop` aborts, and the disposal waits for `work` to end. */
export function running(work: (stop: AbortSignal) => Promise<unknown>): AsyncDisposable {
  const stopping = new AbortController();
  const ended = work(stopping.signal);
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await ended;
    },
  };
}

/** Runs `work` every `interval_ms`, never two at once. A failure is logged; the next turn comes all the same. `stop` as above. */
export function repeatedly(
  what: string,
  interval_ms: number,
  log: Logger,
  work: (stop: AbortSignal) => Promise<unknown>,
): AsyncDisposable {
  return running(async (stop) => {
    for (await pause(interval_ms, stop); !stop.aborted; await pause(interval_ms, stop)) {
      await work(stop).catch((error) => log.warn({ err: error }, `could not ${what}; trying again`));
    }
  });
}
