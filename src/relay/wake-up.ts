import { pause } from "../platform/deadline.ts";

export interface WakeUp {
  /** Ends the present wait, or the next one if nobody waits now. */
  poke(): void;
  /** Resolves after `delay_ms`, when poked, or when `signal` aborts. */
  wait(delay_ms: number, signal: AbortSignal): Promise<void>;
}

export function createWakeUp(): WakeUp {
  let poked = new AbortController();
  return {
    poke: () => poked.abort(),
    async wait(delay_ms, signal) {
      await pause(delay_ms, AbortSignal.any([signal, poked.signal]));
      if (poked.signal.aborted) poked = new AbortController();
    },
  };
}
