import { expect, test } from "bun:test";
import { createSlots } from "./slots.ts";

const refused = () => new Error("no slot");

/** Work that ends when it is told to. */
function held() {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { work: () => promise, end: () => resolve("done") };
}

test("so much work runs at once, and the rest in the order of asking", async () => {
  const slots = createSlots({ at_once: 2, waiting_max: 10, wait_max_ms: 1_000, refused });
  const begun: number[] = [];
  const all = [held(), held(), held(), held()];
  const done = all.map(({ work }, n) =>
    slots.run(() => {
      begun.push(n);
      return work();
    }),
  );
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  all[1]?.end();
  await done[1];
  all[2]?.end();
  await done[2];
  expect(begun).toEqual([0, 1, 2, 3]);
  for (const { end } of all) end();
  expect(await Promise.all(done)).toEqual(["done", "done", "done", "done"]);
});

test("too many who wait, and who waits too long, are refused; whoever fails gives the slot back", async () => {
  const slots = createSlots({ at_once: 1, waiting_max: 1, wait_max_ms: 10, refused });
  const first = held();
  const running = slots.run(first.work);
  const late = slots.run(async () => "late");
  await expect(slots.run(async () => "too many")).rejects.toThrow("no slot");
  await expect(late).rejects.toThrow("no slot");
  first.end();
  await running;
  await expect(slots.run(() => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  expect(await slots.run(async () => "next")).toBe("next");
});

test("who gives up while it waits leaves at once, and takes no slot", async () => {
  const slots = createSlots({ at_once: 1, waiting_max: 10, wait_max_ms: 1_000, refused });
  const first = held();
  const running = slots.run(first.work);
  const patience = new AbortController();
  const impatient = slots.run(async () => "never", patience.signal);
  patience.abort(new Error("gone"));
  await expect(impatient).rejects.toThrow("gone");
  first.end();
  await running;
  expect(await slots.run(async () => "next")).toBe("next");
});
