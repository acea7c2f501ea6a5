import { expect, test } from "bun:test";
import { createSlots, type Slots } from "./slots.ts";

const options = { waiting_max: 10, wait_max_ms: 1_000, refused: () => new Error("no slot") };

/** Takes slots and notes when it got them. */
function taking(slots: Slots, count: number) {
  const got: number[] = [];
  const giveBack = Array.from({ length: count }, async (_, n) => {
    const give = await slots.take();
    got.push(n);
    return give;
  });
  return { got, giveBack };
}

test("so many have a slot at once, and the rest get theirs in the order of asking", async () => {
  const { got, giveBack } = taking(createSlots({ ...options, at_once: 2 }), 4);
  const first = await giveBack[0];
  const second = await giveBack[1];
  expect(got).toEqual([0, 1]);
  second?.();
  (await giveBack[2])?.();
  await giveBack[3];
  expect(got).toEqual([0, 1, 2, 3]);
  first?.();
});

test("too many who wait, and who waits too long, are refused", async () => {
  const slots = createSlots({ ...options, at_once: 1, waiting_max: 1, wait_max_ms: 10 });
  const give = await slots.take();
  const late = slots.take();
  await expect(slots.take()).rejects.toThrow("no slot");
  await expect(late).rejects.toThrow("no slot");
  give();
  expect(await slots.take()).toBeFunction();
});

test("who gives up while it waits leaves at once, and takes no slot", async () => {
  const slots = createSlots({ ...options, at_once: 1 });
  const give = await slots.take();
  const patience = new AbortController();
  const impatient = slots.take(patience.signal);
  patience.abort(new Error("gone"));
  await expect(impatient).rejects.toThrow("gone");
  give();
  expect(await slots.take()).toBeFunction();
});

test("a slot rests for as long as it was held, so that other work gets its turn", async () => {
  const slots = createSlots({ ...options, at_once: 1, rest_max_ms: 1_000 });
  const order: string[] = [];
  const give = await slots.take();
  const next = slots.take().then(() => order.push("the next one"));
  await Bun.sleep(20);
  setImmediate(() => order.push("other work"));
  give();
  await next;
  expect(order).toEqual(["other work", "the next one"]);
});
