import { pause } from "../platform/deadline.ts";
import type { Outbox } from "../store/article-store.ts";

/** Kafka may be restarted meanwhile; a person who waits wants to know after a minute. */
const standstill_max_ms = 60_000;
const poll_interval_ms = 20;

/** Resolves when no row of the outbox up to `id` waits any more. Throws when `signal` aborts, or when nothing moves for a minute. */
export async function untilSent(outbox: Pick<Outbox, "hasSent" | "state">, id: number, signal: AbortSignal): Promise<void> {
  let pending = Number.POSITIVE_INFINITY;
  let moved_ms = performance.now();
  for (let poll = 0; !(await outbox.hasSent(id)); poll++) {
    signal.throwIfAborted();
    if (poll % 50 === 49) {
      const now = (await outbox.state()).pending;
      if (now < pending) moved_ms = performance.now();
      pending = now;
    }
    if (performance.now() - moved_ms > standstill_max_ms) {
      throw new Error(
        `${pending} events wait in the outbox, and none is sent: does a process of role api run, and does Kafka answer?`,
      );
    }
    await pause(poll_interval_ms, signal);
  }
}
