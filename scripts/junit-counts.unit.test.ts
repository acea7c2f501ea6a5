import { expect, test } from "bun:test";
import { junitCounts } from "./junit-counts.ts";

const report = (attributes: string) =>
  `<?xml version="1.0"?>\n<testsuites name="bun test" ${attributes} time="1">\n<testsuite tests="9" failures="9"/>`;

test("sums what the report says of the whole run", () => {
  expect(junitCounts(report('tests="6" assertions="3" failures="1" skipped="2"'), 1)).toEqual({
    passed: 3,
    failed: 1,
    skipped: 2,
  });
});

test("a failure that only the exit code shows is a failure", () => {
  expect(junitCounts(report('tests="6" failures="0" skipped="0"'), 1)).toEqual({ passed: 6, failed: 1, skipped: 0 });
  expect(junitCounts("", 137)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test("a run in which nothing passed is a failure", () => {
  expect(junitCounts(report('tests="0" failures="0" skipped="0"'), 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  expect(junitCounts("", 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});
