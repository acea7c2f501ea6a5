import type { Histogram } from "prom-client";

/** Two looks a second cost next to nothing, and whatever blocks for longer than that is seen for sure. */
const look_every_ms = 500;

/** Observes how late a timer fires, in seconds, until it is disposed of. Bun has no histogram of its own for this. */
export function watchEventLoop(histogram: Pick<Histogram, "observe">, every_ms = look_every_ms): Disposable {
  let due_ms = 0;
  let timer = next();

  function next(): Timer {
    due_ms = performance.now() + every_ms;
    const started = setTimeout(look, every_ms);
    // Looking on is no reason for a process to live on.
    started.unref();
    return started;
  }

  function look(): void {
    histogram.observe(Math.max(0, performance.now() - due_ms) / 1000);
    timer = next();
  }

  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
