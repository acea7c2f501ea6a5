import { expect, test } from "bun:test";
import { AppError } from "../article/errors.ts";
import { describeFailure } from "./failure.ts";

const coded = (message: string, code: string) => Object.assign(new Error(message), { code });

test("an outage is told with what caused it and what to do", () => {
  const error = new AppError("unavailable", "The primary database is not available.", {
    cause: coded("connect ECONNREFUSED 127.0.0.1:1", "ECONNREFUSED"),
  });
  expect(describeFailure(error)).toBe(
    "The primary database is not available: connect ECONNREFUSED 127.0.0.1:1: nobody answers there; is the service running, and are host and port right?",
  );
});

test("an outage at several addresses is told by the first", () => {
  const error = new AggregateError([coded("connect ECONNREFUSED ::1:1", "ECONNREFUSED"), coded("x", "ECONNREFUSED")]);
  expect(describeFailure(error)).toStartWith("connect ECONNREFUSED ::1:1: nobody answers");
});

test("what an error has already said of its cause is not said again", () => {
  const refused = Object.assign(new Error("SASL PLAIN authentication failed"), { name: "KafkaJSSASLAuthenticationError" });
  const advice = "the broker refused the login; check KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and KAFKA_SASL_MECHANISM";
  const told = `SASL PLAIN authentication failed: ${advice}`;
  expect(describeFailure(refused)).toBe(told);
  expect(describeFailure(new Error(told, { cause: refused }))).toBe(told);
});

test("what is already clear stays one line", () => {
  expect(describeFailure(new Error("Port 5000 is taken.\n  at x"))).toBe("Port 5000 is taken");
  expect(describeFailure("text")).toBe("text");
  expect(describeFailure(new TypeError())).toBe("TypeError");
});
