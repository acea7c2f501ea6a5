import { expect, test } from "bun:test";
import { hasMoreValues } from "./json-size.ts";

const padding = " ".repeat(70_000);
const more = (text: string, values_max: number) => hasMoreValues(Buffer.from(padding + text), values_max);

test("values are counted by their brackets and commas", () => {
  expect(more('{"a":[1,2,3],"b":{}}', 6)).toBe(false);
  expect(more('{"a":[1,2,3],"b":{}}', 5)).toBe(true);
  expect(more("[".repeat(100), 99)).toBe(true);
});

test("what stands in a string is none, whatever is escaped in it", () => {
  expect(more(String.raw`"[[[,,,{{{ \" [[[ \\"`, 0)).toBe(false);
  expect(more(String.raw`"\\",[`, 1)).toBe(true);
  expect(more('"never closed [[[', 0)).toBe(false);
  expect(more(`"${"\\".repeat(5)}`, 0)).toBe(false);
});

test("small texts are not looked at", () => {
  expect(hasMoreValues(Buffer.from("[".repeat(60_000)), 10)).toBe(false);
});
