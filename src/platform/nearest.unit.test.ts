import { expect, test } from "bun:test";
import { editDistance, nearest } from "./nearest.ts";

test.each([
  ["", "", 0],
  ["", "abc", 3],
  ["seed", "seed", 0],
  ["sede", "seed", 1],
  ["kitten", "sitting", 3],
])("%p becomes %p in %p steps", (a, b, steps) => {
  expect(editDistance(a, b)).toBe(steps);
  expect(editDistance(b, a)).toBe(steps);
});

test("a typing error finds its word, another word finds none", () => {
  const words = ["migrate", "seed", "health", "check-config"];
  expect(nearest("migrat", words)).toBe("migrate");
  expect(nearest("check_config", words)).toBe("check-config");
  expect(nearest("dlq", words)).toBeUndefined();
});
