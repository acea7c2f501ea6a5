import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Message, Partitioners } from "kafkajs";
import { createPartitioner } from "./partitioner.ts";

const ours = createPartitioner();
const theirs = Partitioners.DefaultPartitioner();

const asked = (message: Pick<Message, "key" | "partition">, partitions = 12) => ({
  topic: "events",
  message: { ...message, value: null },
  partitionMetadata: Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 1,
    replicas: [1],
    isr: [1],
    offlineReplicas: [],
  })),
});

test("a key lies where every client looks for it", () => {
  const keys = fc.oneof(
    fc.nat().map(String),
    fc.string(),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(keys, fc.integer({ min: 1, max: 100 }), (key, partitions) => {
      expect(ours(asked({ key }, partitions))).toBe(theirs(asked({ key }, partitions)));
    }),
  );
});

test("a partition that is named is taken, and those without a key take turns", () => {
  expect(ours(asked({ key: "1", partition: 7 }))).toBe(7);
  expect(new Set(Array.from({ length: 12 }, () => ours(asked({ key: null })))).size).toBe(12);
});

test("a key of many megabytes is only a key", () => {
  expect(ours(asked({ key: Buffer.alloc(8_388_608, 0xff) }))).toBeLessThan(12);
});
