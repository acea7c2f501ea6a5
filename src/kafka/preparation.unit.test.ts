import { expect, test } from "bun:test";
import { createPreparation } from "./preparation.ts";

function counting(outcome: (attempt: number) => Promise<void> = async () => {}) {
  let attempts = 0;
  const preparation = createPreparation(() => outcome(++attempts));
  return { preparation, attempts: () => attempts };
}

test("is made once, however many ask", async () => {
  const { preparation, attempts } = counting();
  await Promise.all([preparation.ready(), preparation.ready()]);
  await preparation.ready();
  expect(attempts()).toBe(1);
});

test("is tried again after a failure", async () => {
  const { preparation, attempts } = counting(async (attempt) => {
    if (attempt === 1) throw new Error("away");
  });
  await expect(preparation.ready()).rejects.toThrow("away");
  await preparation.ready();
  expect(attempts()).toBe(2);
});

test("is made anew when a topic has gone, and for no other error", async () => {
  const { preparation, attempts } = counting();
  await preparation.ready();
  preparation.doubt(new Error("away"));
  await preparation.ready();
  expect(attempts()).toBe(1);
  const gone = Object.assign(new Error("no such topic"), { type: "UNKNOWN_TOPIC_OR_PARTITION" });
  preparation.doubt(new Error("retries exceeded", { cause: gone }));
  await preparation.ready();
  expect(attempts()).toBe(2);
});
