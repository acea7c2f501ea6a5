import { describe, expect, test } from "bun:test";
import { createFakeRestApi } from "./fake-rest-api.ts";
import { type Caller, createRestClient, type RestClient } from "./rest-client.ts";
import { createSharedCalls } from "./shared-calls.ts";

function createFixture() {
  const api = createFakeRestApi();
  const plain = createRestClient({ base_url: "http://api", fetch: api.fetch, hooks: { onCall() {} } });
  const caller = (given: Partial<Caller> = {}): Caller => ({
    request_id: "r",
    traceparent: "t",
    deadline_ms: performance.now() + 5_500,
    signal: new AbortController().signal,
    ...given,
  });
  async function write(count: number): Promise<void> {
    for (let n = 1; n <= count; n++) await plain.create(caller(), { title: `${n}`, content: "c", author: "a" });
    api.calls.length = 0;
  }
  return { api, plain, shared: createSharedCalls(plain), caller, write };
}

const list = { per_page: 10, filter: {}, fields: ["title"], with_total: true } as const;

describe("reads of the same turn", () => {
  test("by id are one call, and each gets its own articles", async () => {
    const { api, shared, caller, write } = createFixture();
    await write(3);
    const answers = await Promise.all([
      shared.getMany(caller(), [2], ["title"], true),
      shared.getMany(caller(), [1, 3], ["title"], true),
      shared.getMany(caller(), [9], ["title"], true),
    ]);
    expect(answers.map((found) => found.map(({ id }) => id))).toEqual([[2], [1, 3], []]);
    expect(api.calls.map(({ query }) => query["ids"])).toEqual(["2,1,3,9"]);
  });

  test("of the same article take a call each, since each counts a view", async () => {
    const { api, shared, caller, write } = createFixture();
    await write(2);
    await Promise.all([1, 1, 2].map((id) => shared.getMany(caller(), [id], ["title"], true)));
    expect(api.calls.map(({ query }) => query["ids"])).toEqual(["1", "1,2"]);
  });

  test("do not mix rights, fields or deadlines", async () => {
    const { api, shared, caller, write } = createFixture();
    await write(4);
    const soon = performance.now() + 500;
    await Promise.all([
      shared.getMany(caller(), [1], ["title"], true),
      shared.getMany(caller({ authorization: "Bearer x" }), [2], ["title"], true),
      shared.getMany(caller(), [3], ["content"], true),
      shared.getMany(caller({ deadline_ms: soon }), [4], ["title"], true),
    ]);
    expect(api.calls.length).toBe(4);
    expect(
      api.calls.filter(({ headers }) => headers.get("authorization") === "Bearer x").map(({ query }) => query["ids"]),
    ).toEqual(["2"]);
  });

  test("ask for at most 100 articles in a call", async () => {
    const { api, shared, caller } = createFixture();
    const ids = Array.from({ length: 150 }, (_, index) => index + 1);
    await Promise.all(ids.map((id) => shared.getMany(caller(), [id], ["title"], true)));
    expect(api.calls.map(({ query }) => query["ids"]?.split(",").length)).toEqual([100, 50]);
  });

  test("are one call when they are equal lists, another when they are not", async () => {
    const { api, shared, caller, write } = createFixture();
    await write(2);
    const [first, second] = await Promise.all([
      shared.list(caller(), list),
      shared.list(caller(), list),
      shared.list(caller(), { ...list, per_page: 1 }),
    ]);
    expect(second).toEqual(first);
    expect(api.calls.length).toBe(2);
  });
});

test("a read that comes later is a call of its own", async () => {
  const { api, shared, caller, write } = createFixture();
  await write(2);
  await shared.getMany(caller(), [1], ["title"], true);
  await shared.getMany(caller(), [2], ["title"], true);
  expect(api.calls.map(({ query }) => query["ids"])).toEqual(["1", "2"]);
});

test("one caller that goes does not take the others' answer away; a lone one's call ends with it", async () => {
  const signals: AbortSignal[] = [];
  const { plain, caller } = createFixture();
  const watched: RestClient = {
    ...plain,
    list: (who, request) => {
      signals.push(who.signal);
      return plain.list(who, request);
    },
  };
  const shared = createSharedCalls(watched);
  const going = new AbortController();
  const both = [shared.list(caller({ signal: going.signal }), list), shared.list(caller(), list)];
  going.abort();
  await Promise.all(both);
  const alone = new AbortController();
  await shared.list(caller({ signal: alone.signal }), list);
  expect(signals.map((signal) => signal === alone.signal)).toEqual([false, true]);
  expect(signals[0]?.aborted).toBe(false);
});

test("an error, and what is stale, is told to everyone who shared the call", async () => {
  const { plain, caller } = createFixture();
  const told: string[] = [];
  const stale: RestClient = {
    ...plain,
    list: async (who, request) => {
      who.onStale?.({ reason: "unavailable", replica_lag_seconds: 1 });
      if (request.per_page === 1) throw new Error("down");
      return plain.list(who, request);
    },
  };
  const shared = createSharedCalls(stale);
  const named = (name: string) => caller({ onStale: () => told.push(name) });
  await Promise.all([shared.list(named("a"), list), shared.list(named("b"), list)]);
  expect(told).toEqual(["a", "b"]);
  const failed = await Promise.allSettled([1, 2].map(() => shared.list(caller(), { ...list, per_page: 1 })));
  expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});
