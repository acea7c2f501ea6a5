import { expect, test } from "bun:test";
import pino from "pino";
import { createMemoryStore } from "../testing/memory-store.ts";
import { openAccess } from "../testing/open-access.ts";
import { createRestHandler } from "./rest-handler.ts";

/** A store whose lists never come; it keeps the signal that each was given. */
function createSlowApi() {
  const store = createMemoryStore();
  const signals: (AbortSignal | undefined)[] = [];
  const list = (_: unknown, signal?: AbortSignal) => {
    signals.push(signal);
    return new Promise<never>((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  };
  const logged: string[] = [];
  const handle = createRestHandler({
    ...store,
    reads: { ...store.reads, list, search: list },
    access: openAccess,
    writable: true,
    docs: false,
    now: () => new Date(),
    log: pino({ level: "debug" }, { write: (line: string) => logged.push(line) }),
  });
  return { handle, signals, logged };
}

const url = "http://api/api/v1/articles";

for (const path of ["", "/search?q=x"]) {
  test(`X-Request-Timeout-Ms ends ${path || "a list"}: 504, and its query is told`, async () => {
    const { handle, signals } = createSlowApi();
    const response = await handle(new Request(`${url}${path}`, { headers: { "x-request-timeout-ms": "30" } }));
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({ code: "timeout", status: 504 });
    expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
  });

  for (const headers of [{}, { "x-request-timeout-ms": "60000" }]) {
    test(`a caller who goes ends ${path || "a list"}, ${Object.keys(headers)}, and is nobody's fault`, async () => {
      const { handle, signals, logged } = createSlowApi();
      const caller = new AbortController();
      const answer = handle(new Request(`${url}${path}`, { headers, signal: caller.signal }));
      while (signals.length === 0) await Promise.resolve();
      caller.abort();
      expect((await answer).status).toBe(499);
      expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
      expect(logged).toEqual([]);
    });
  }
}

for (const header of ["soon", "0", "-5", "1e9", "99999999999"]) {
  test(`X-Request-Timeout-Ms: ${header} is as good as none`, async () => {
    const { handle } = createSlowApi();
    const response = await handle(new Request(`${url}/1`, { headers: { "x-request-timeout-ms": header } }));
    expect(response.status).toBe(404);
  });
}

test("a write that has begun runs to its end, and its answer can be asked for under its key", async () => {
  const store = createMemoryStore();
  const gate = Promise.withResolvers<void>();
  let creates = 0;
  const writes: typeof store.writes = {
    ...store.writes,
    async create(...args) {
      creates++;
      await gate.promise;
      return store.writes.create(...args);
    },
  };
  const running = new Map<string, Promise<{ status: number; headers: Readonly<Record<string, string>>; body: string }>>();
  const idempotency: typeof store.idempotency = {
    ...store.idempotency,
    run({ key }, handle) {
      const answer = running.get(key) ?? handle(writes).then((handled) => handled.answer);
      running.set(key, answer);
      return answer;
    },
  };
  const log = pino({ level: "silent" });
  const handle = createRestHandler({
    ...store,
    idempotency,
    access: openAccess,
    writable: true,
    docs: false,
    now: () => new Date(),
    log,
  });
  const post = (timeout_ms: number) =>
    handle(
      new Request(url, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": "k", "x-request-timeout-ms": String(timeout_ms) },
        body: JSON.stringify({ title: "t", content: "c", author: "a" }),
      }),
    );
  expect((await post(20)).status).toBe(504);
  gate.resolve();
  expect((await post(5_000)).status).toBe(201);
  expect(creates).toBe(1);
});
