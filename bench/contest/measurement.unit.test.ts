import { expect, test } from "bun:test";
import { spreadOf } from "./measurement.ts";

test("the median of an odd number of values is the middle one, whatever their order", () => {
  expect(spreadOf([3, 10, 2])).toEqual({ median: 3, min: 2, max: 10 });
});

test("the median of an even number of values lies between the two in the middle", () => {
  expect(spreadOf([4, 1, 2, 9])).toEqual({ median: 3, min: 1, max: 9 });
});
