import { expect, test } from "bun:test";
import { selectorsOf } from "./selectors.ts";

test("the selectors of an expression are found, whatever stands around them", () => {
  const expression = `abs(a:b{x=~"1|2", y!="}"}) > 60 * scalar(sum by (job) (rate(c_total[5m] offset 1m))) unless on (x) c_total or vector(0)`;
  expect(selectorsOf(expression)).toEqual([`a:b{x=~"1|2", y!="}"}`, "c_total"]);
});

test("what is no PromQL is told", () => {
  expect(() => selectorsOf("sum by (")).toThrow("No PromQL");
});
