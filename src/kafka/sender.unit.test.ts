import { expect, test } from "bun:test";
import type { Producer } from "kafkajs";
import { createSender } from "./sender.ts";

/** Producers that connect when told to, and remember what they sent. */
function fakeKafka() {
  const producers: { readonly connected: () => void; readonly sent: unknown[]; disconnects: number }[] = [];
  const kafka = {
    producer() {
      const { promise, resolve } = Promise.withResolvers<void>();
      const made = { connected: resolve, sent: [] as unknown[], disconnects: 0 };
      producers.push(made);
      const producer: Partial<Producer> = {
        connect: () => promise,
        async disconnect() {
          made.disconnects++;
        },
        async send({ messages }) {
          made.sent.push(...messages.map(({ value }) => value));
          return [];
        },
      };
      return producer as Producer;
    },
  };
  return { kafka, producers };
}

test("a producer that connects after it was given up sends nothing, and is closed", async () => {
  const { kafka, producers } = fakeKafka();
  const sender = createSender(kafka, { timeout_ms: 5 });
  const first = await sender.send("events", [{ value: "old" }]).catch((error: unknown) => error);
  expect(first).toBeInstanceOf(Error);
  const second = sender.send("events", [{ value: "new" }]);
  await Bun.sleep(0);
  producers[1]?.connected();
  await second;
  producers[0]?.connected();
  await Bun.sleep(0);
  expect(producers.map(({ sent }) => sent)).toEqual([[], ["new"]]);
  // Once when it was given up, and once when there was something to close.
  expect(producers.map(({ disconnects }) => disconnects)).toEqual([2, 0]);
  await sender.close();
  expect(producers[1]?.disconnects).toBe(1);
});
