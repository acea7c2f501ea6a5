import { expect, test } from "bun:test";
import { functionTimes } from "./cpu-profile.ts";

const frame = (functionName: string, url = "", lineNumber = -1) => ({
  functionName,
  url,
  lineNumber,
  columnNumber: 0,
  scriptId: "0",
});
const profile = JSON.stringify({
  nodes: [
    { id: 1, callFrame: frame("(root)"), children: [2] },
    { id: 2, callFrame: frame("outer", "file:///app/src/a.ts", 4), children: [3] },
    { id: 3, callFrame: frame("inner"), children: [4] },
    { id: 4, callFrame: frame("outer", "file:///app/src/a.ts", 4) },
  ],
  samples: [2, 3, 4, 3],
  timeDeltas: [100, 10, 1, 1000],
});

test("self is the function alone, total with all that it called, a recursive one once", () => {
  const times = functionTimes(profile, "/app", 0, Number.POSITIVE_INFINITY);
  expect(times).toContainEqual({ name: "outer  src/a.ts:5", self_us: 101, total_us: 1111 });
  expect(times).toContainEqual({ name: "inner", self_us: 1010, total_us: 1011 });
});

test("what lies outside of the time that is asked for is left out", () => {
  expect(functionTimes(profile, "/app", 105, 111).find(({ name }) => name === "inner")?.self_us).toBe(10);
});
