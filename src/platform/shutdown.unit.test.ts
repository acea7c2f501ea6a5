import { expect, test } from "bun:test";
import { createLog } from "./log.ts";
import { shutdownSignal } from "./shutdown.ts";

const log = createLog({ level: "silent", format: "json" });

function fakeSource() {
  const listeners = new Map<string, () => void>();
  const exited = Promise.withResolvers<number>();
  const codes: number[] = [];
  return {
    codes,
    exited: exited.promise,
    on: (signal: string, listener: () => void) => listeners.set(signal, listener),
    exit(code: number) {
      codes.push(code);
      exited.resolve(code);
    },
    send: (signal: string) => listeners.get(signal)?.(),
  };
}

test("the first signal asks everything to stop and exits nothing", () => {
  const source = fakeSource();
  const signal = shutdownSignal(log, { source });
  expect(signal.aborted).toBe(false);
  source.send("SIGTERM");
  expect(signal.aborted).toBe(true);
  expect(source.codes).toEqual([]);
});

test("a second signal, of either kind, exits at once", () => {
  const source = fakeSource();
  shutdownSignal(log, { source });
  source.send("SIGTERM");
  source.send("SIGINT");
  expect(source.codes).toEqual([130]);
});

test("a process that does not stop in time is ended as failed", async () => {
  const source = fakeSource();
  shutdownSignal(log, { source, force_exit_after_ms: 1 });
  source.send("SIGINT");
  // The timer is unref'd: something must keep the test's event loop alive meanwhile.
  const keepAlive = setInterval(() => {}, 50);
  expect(await source.exited).toBe(1);
  clearInterval(keepAlive);
});
