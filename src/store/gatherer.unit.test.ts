import { expect, test } from "bun:test";
import { createGatherer, type GathererOptions } from "./gatherer.ts";

/** Batches that answer when told to. */
function recorder(options: Partial<GathererOptions<number, number>> = {}) {
  const batches: { readonly group: string; readonly items: readonly number[]; finish(error?: Error): void }[] = [];
  const gather = createGatherer<number, number>({
    origins: undefined,
    in_flight_max: 2,
    batch_items_max: 3,
    waiting_max: 10,
    run: (items, group) =>
      new Promise((resolve, reject) => {
        batches.push({ group, items, finish: (error) => (error ? reject(error) : resolve(items.map((item) => item * 10))) });
      }),
    ...options,
  });
  const items = () => batches.map((batch) => batch.items);
  return { gather, batches, items };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test("a lone call goes within its turn, and gets its own answer", async () => {
  const { gather, batches, items } = recorder();
  const call = gather(1);
  await Promise.resolve();
  expect(items()).toEqual([[1]]);
  batches[0]?.finish();
  expect(await call).toBe(10);
});

test("calls of one turn share batches of limited size", async () => {
  const { gather, items } = recorder();
  for (const item of [1, 2, 3, 4]) void gather(item);
  await Promise.resolve();
  expect(items()).toEqual([[1, 2, 3], [4]]);
});

test("beyond the limit in flight calls wait, and go together when a batch comes back", async () => {
  const { gather, batches, items } = recorder({ batch_items_max: 1 });
  const calls = [1, 2, 3].map((item) => gather(item));
  await turn();
  expect(items()).toEqual([[1], [2]]);
  batches[1]?.finish();
  expect(await calls[1]).toBe(20);
  await turn();
  expect(items()).toEqual([[1], [2], [3]]);
});

test("a call that nobody waits for any more is not sent, and the others are", async () => {
  const { gather, batches, items } = recorder({ in_flight_max: 1 });
  const caller = new AbortController();
  const calls = [gather(1), gather(2, "", caller.signal), gather(3), gather(4, "other", caller.signal), gather(5, "other")];
  const left = [calls[1], calls[3]].map((call) => call?.catch((error: Error) => error.message));
  caller.abort(new Error("gone"));
  await Promise.resolve();
  expect(items()).toEqual([[1, 3]]);
  expect(await left[0]).toBe("gone");
  batches[0]?.finish();
  expect(await Promise.all([calls[0], calls[2]])).toEqual([10, 30]);
  await turn();
  expect(items()).toEqual([[1, 3], [5]]);
  expect(await left[1]).toBe("gone");
});

test("groups do not share a batch", async () => {
  const { gather, batches } = recorder();
  void gather(1, "a");
  void gather(2, "b");
  void gather(3, "a");
  await turn();
  expect(batches.map(({ group, items }) => [group, items])).toEqual([
    ["a", [1, 3]],
    ["b", [2]],
  ]);
});

test("a busy group does not keep another waiting", async () => {
  const { gather, batches } = recorder({ in_flight_max: 1, batch_items_max: 1 });
  for (const item of [1, 2, 3]) void gather(item, "busy");
  void gather(4, "other");
  await turn();
  batches[0]?.finish();
  await turn();
  expect(batches.map(({ items }) => items)).toEqual([[1], [4]]);
});

test("a batch closes by weight, but takes one item however heavy", async () => {
  const { gather, items } = recorder({ weigh: (item) => item, batch_weight_max: 10, in_flight_max: 9 });
  for (const item of [6, 4, 1, 50, 1]) void gather(item);
  await turn();
  expect(items()).toEqual([[6, 4], [1], [50], [1]]);
});

test("after an error that allows it each goes alone, and the bad one fails alone", async () => {
  const runs: (readonly number[])[] = [];
  const gather = createGatherer<number, number>({
    origins: undefined,
    in_flight_max: 1,
    batch_items_max: 10,
    waiting_max: 10,
    runAloneAfter: (error) => error instanceof RangeError,
    async run(items) {
      runs.push(items);
      if (items.includes(2)) throw new RangeError("two");
      return items;
    },
  });
  const settled = await Promise.allSettled([1, 2, 3].map((item) => gather(item)));
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(runs).toEqual([[1, 2, 3], [1], [2], [3]]);
});

test("after any other error nothing is run again, and the next batch is", async () => {
  const { gather, batches } = recorder({ in_flight_max: 1, runAloneAfter: () => false });
  const lost = Promise.allSettled([gather(1), gather(2)]);
  await turn();
  const next = gather(3);
  batches[0]?.finish(new Error("connection lost"));
  expect((await lost).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await turn();
  batches[1]?.finish();
  expect(await next).toBe(30);
});

test("refuses more than may wait", async () => {
  const { gather } = recorder({ waiting_max: 1, in_flight_max: 1 });
  void gather(1);
  await turn();
  void gather(2);
  await expect(gather(3)).rejects.toMatchObject({ code: "unavailable" });
});
