import { expect, test } from "bun:test";
import { waitFor } from "../testing/wait-for.ts";
import { watchEventLoop } from "./event-loop-lag.ts";

test("what occupies the thread is observed as lag, until nobody wants to know any more", async () => {
  const lags_s: number[] = [];
  const watch = watchEventLoop({ observe: (...args: unknown[]) => void lags_s.push(Number(args[0])) }, 5);
  occupy(60);
  await waitFor("a look", () => lags_s.length > 0);
  expect(lags_s[0]).toBeGreaterThanOrEqual(0.05);
  watch[Symbol.dispose]();
  const seen = lags_s.length;
  await Bun.sleep(20);
  expect(lags_s.length).toBe(seen);
});

function occupy(time_ms: number): void {
  for (const until_ms = performance.now() + time_ms; performance.now() < until_ms; );
}
