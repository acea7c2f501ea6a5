import { expect, test } from "bun:test";
import { backOff } from "./backoff.ts";

const policy = { first_ms: 100, max_ms: 1500 };

test("waits double, up to the longest", () => {
  const waits = [0, 1, 2, 3, 4, 5, 5000].map((earlier) => backOff(earlier, policy, () => 1));
  expect(waits).toEqual([100, 200, 400, 800, 1500, 1500, 1500]);
});

test("chance takes half of a wait at most", () => {
  expect(backOff(1, policy, () => 0)).toBe(100);
});
