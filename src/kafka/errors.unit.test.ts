import { expect, test } from "bun:test";
import { DeadlineExceeded } from "../platform/deadline.ts";
import { isFinal } from "./errors.ts";

/** kafkajs's errors are told apart by their names; its typings do not let one make most of them. */
function named(name: string, cause?: Error): Error {
  return Object.assign(new Error(name, { cause }), { name, retriable: false });
}

function protocolError(type: string): Error {
  return Object.assign(named("KafkaJSProtocolError"), { type });
}

const passing = {
  "a group coordinator that a new broker has not made yet": named("KafkaJSGroupCoordinatorNotFound"),
  "the same, wrapped by kafkajs": named("KafkaJSNonRetriableError", named("KafkaJSGroupCoordinatorNotFound")),
  "a lock of kafkajs that took too long": named("KafkaJSLockTimeout"),
  "a connection that was refused too often": named("KafkaJSNumberOfRetriesExceeded", named("KafkaJSConnectionError")),
  "a topic that somebody may yet make": protocolError("UNKNOWN_TOPIC_OR_PARTITION"),
  "an offset that does not fit": protocolError("OFFSET_OUT_OF_RANGE"),
  "a database that was away when the group took the batch back": new Error("connection refused"),
  "a request without an answer": new DeadlineExceeded("no answer within 2000 ms"),
} as const;

for (const [what, error] of Object.entries(passing)) {
  test(`${what} may pass`, () => {
    expect(isFinal(error)).toBe(false);
  });
}

const lasting = {
  "a wrong password": named("KafkaJSNonRetriableError", named("KafkaJSSASLAuthenticationError")),
  "a topic that we may not read": protocolError("TOPIC_AUTHORIZATION_FAILED"),
  "a group that we may not join": protocolError("GROUP_AUTHORIZATION_FAILED"),
  "a broker that does not know our requests": protocolError("UNSUPPORTED_VERSION"),
  "a bug": named("KafkaJSNonRetriableError", new TypeError("undefined is not an object")),
} as const;

for (const [what, error] of Object.entries(lasting)) {
  test(`${what} is final`, () => {
    expect(isFinal(error)).toBe(true);
  });
}
