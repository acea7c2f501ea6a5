import { expect, test } from "bun:test";
import { loggedError } from "./logged-error.ts";

const canary = "canary-4f1d";
const text = (error: unknown) => JSON.stringify(loggedError(error));

test("an error is logged with its name, message, place and what the system says of it", () => {
  const error = Object.assign(new TypeError("connect failed"), { code: "ECONNREFUSED", syscall: "connect", address: "10.0.0.1" });
  expect(loggedError(error)).toEqual({
    type: "TypeError",
    message: "connect failed",
    code: "ECONNREFUSED",
    syscall: "connect",
    address: "10.0.0.1",
    stack: expect.stringContaining("logged-error.unit.test.ts"),
  });
});

test("PostgreSQL's error keeps its code and its constraint, and loses what shows the row", () => {
  const refused = new Error('new row for relation "articles" violates check constraint "no_canaries"');
  const shown = { detail: `Failing row contains (1, ${canary})`, where: `JSON data, line 1: ${canary}`, hint: canary };
  const of = { code: "23514", table: "articles", constraint: "no_canaries", internalQuery: canary };
  expect(loggedError(Object.assign(refused, shown, of))).toMatchObject({ code: "23514", constraint: "no_canaries" });
  expect(text(refused)).not.toContain(canary);
});

test("the message of a data exception quotes the value, and is left out of message and stack", () => {
  const error = Object.assign(new Error(`invalid input syntax for type json: "${canary}\n${canary}"`), { code: "22P02" });
  expect(text(error)).toContain("22P02");
  expect(text(error)).toContain("logged-error.unit.test.ts");
  expect(text(error)).not.toContain(canary);
});

test("causes are followed, under the same rule, and a cycle ends", () => {
  const inner = Object.assign(new Error("unreachable"), { code: "ECONNREFUSED", path: `http://api:5000/search?q=${canary}` });
  const outer: Error = new Error("The API cannot be reached.", { cause: inner });
  expect(loggedError(outer)).toMatchObject({ message: "The API cannot be reached.", cause: { code: "ECONNREFUSED" } });
  expect(text(outer)).not.toContain(canary);
  inner.cause = outer;
  expect(text(outer)).toContain("unreachable");
});

test("what was thrown and is no error shows its kind alone", () => {
  expect(loggedError({ password: canary })).toEqual({ type: "object" });
});
