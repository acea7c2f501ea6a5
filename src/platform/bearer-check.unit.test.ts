import { expect, test } from "bun:test";
import { createBearerCheck } from "./bearer-check.ts";

const check = createBearerCheck("0123456789abcdef");
const asked = (authorization?: string) =>
  check(new Request("http://x/metrics", authorization === undefined ? {} : { headers: { authorization } }));

test("exactly the token is let in", () => {
  expect(asked("Bearer 0123456789abcdef")).toBe(true);
  expect(asked("bearer  0123456789abcdef")).toBe(true);
});

test.each([
  undefined,
  "",
  "Bearer",
  "Bearer ",
  "0123456789abcdef",
  "Basic 0123456789abcdef",
  "Bearer 0123456789abcde",
  "Bearer 0123456789abcdeF",
  "Bearer 0123456789abcdef0",
  "Bearer é",
])("%p is not", (authorization) => {
  expect(asked(authorization)).toBe(false);
});
