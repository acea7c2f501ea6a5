import { expect, test } from "bun:test";
import { countBehind, missingHistory, type PartitionOffsets } from "./history.ts";

const offsets = (oldest: number, end: number, committed: number | null): PartitionOffsets => ({
  partition: 0,
  oldest: String(oldest),
  end: String(end),
  committed: committed === null ? null : String(committed),
});
const isMissing = (found: PartitionOffsets, starts_empty = false) => missingHistory("events", [found], starts_empty).length > 0;

test("history is missing where the next record has expired, or the topic was made anew", () => {
  expect(isMissing(offsets(5, 9, 4))).toBe(true);
  expect(isMissing(offsets(5, 9, null))).toBe(true);
  expect(isMissing(offsets(0, 3, 7))).toBe(true);
  expect(isMissing(offsets(5, 9, 5))).toBe(false);
  expect(isMissing(offsets(0, 9, null))).toBe(false);
  expect(isMissing(offsets(9, 9, 9))).toBe(false);
});

test("to an empty database all is missing that the group has read before", () => {
  expect(isMissing(offsets(0, 9, 4), true)).toBe(true);
  expect(isMissing(offsets(0, 9, null), true)).toBe(false);
  expect(isMissing(offsets(0, 0, 0), true)).toBe(false);
});

test("behind is what was there at the mark and is not read yet; what expired since, or came later, does not count", () => {
  expect(countBehind([offsets(0, 10, 2)], [offsets(0, 15, 4)])).toBe(6);
  expect(countBehind([offsets(0, 10, 2)], [offsets(7, 15, 4)])).toBe(3);
  expect(countBehind([offsets(0, 10, 2)], [offsets(0, 15, 12)])).toBe(0);
  expect(countBehind([offsets(5, 5, null)], [offsets(5, 5, null)])).toBe(0);
});
