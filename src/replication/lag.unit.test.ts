import { expect, test } from "bun:test";
import { createLag } from "./lag.ts";

const ours = new AbortController();
const now_ms = 100_000;

test("a partition is as far behind as its oldest event, or not at all, or it is not known", () => {
  const lag = createLag();
  lag.began(0, now_ms - 4_000, ours.signal);
  lag.applied(1, now_ms - 2_000, 5, ours.signal);
  lag.began(2, now_ms - 9_000, AbortSignal.abort());
  const unread = new Map([0, 1, 3, 4].map((partition) => [partition, partition === 3 ? 0 : 7]));
  expect([...lag.secondsByPartition(now_ms, unread)].sort()).toEqual([
    [0, 4],
    [1, 2],
    [3, 0],
  ]);
  expect(lag.seconds(now_ms, unread)).toBeUndefined();
});
