import { expect, test } from "bun:test";
import { createTurns } from "./turns.ts";

const late = () => new Error("late");

test("work runs one at a time, in the order of asking", async () => {
  const turns = createTurns({ wait_max_ms: 1_000, late });
  const order: string[] = [];
  const work = (name: string) => async () => {
    order.push(`${name} in`);
    await Promise.resolve();
    order.push(`${name} out`);
  };
  await Promise.all(["a", "b", "c"].map((name) => turns.run(work(name))));
  expect(order).toEqual(["a in", "a out", "b in", "b out", "c in", "c out"]);
});

test("a turn whose work failed is over", async () => {
  const turns = createTurns({ wait_max_ms: 1_000, late });
  const failing = turns.run(() => Promise.reject(new Error("no")));
  const next = turns.run(async () => "next");
  await expect(failing).rejects.toThrow("no");
  expect(await next).toBe("next");
  expect(turns.state()).toEqual({ busy: false, waiting: 0 });
});

test("who asks for a turn inside its own gets an error in time, not a deadlock", async () => {
  const turns = createTurns({ wait_max_ms: 5, late });
  await expect(turns.run(() => turns.run(async () => "never"))).rejects.toThrow("late");
  expect(await turns.run(async () => "free again")).toBe("free again");
});

test("those behind one who gave up keep their order", async () => {
  const turns = createTurns({ wait_max_ms: 20, late });
  const release = Promise.withResolvers<void>();
  const first = turns.run(() => release.promise);
  await expect(turns.run(async () => "given up")).rejects.toThrow("late");
  const second = turns.run(async () => "second");
  release.resolve();
  await first;
  expect(await second).toBe("second");
});
