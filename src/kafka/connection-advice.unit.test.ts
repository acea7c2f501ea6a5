import { expect, test } from "bun:test";
import { kafkaAdvice, withAdvice } from "./connection-advice.ts";
import { isFinal, isTooLarge } from "./errors.ts";

/** As kafkajs wraps what a socket or a broker said. */
function fault(name: string, more: object = {}, message = "…"): Error {
  const cause = Object.assign(new Error(message), { name, ...more });
  return Object.assign(new Error(message, { cause }), { name: "KafkaJSNumberOfRetriesExceeded" });
}

test.each([
  [fault("KafkaJSConnectionError", { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }), "KAFKA_SSL_CA_FILE"],
  [fault("KafkaJSConnectionError", { code: "ERR_TLS_CERT_ALTNAME_INVALID" }), "KAFKA_BOOTSTRAP_SERVERS"],
  [fault("KafkaJSConnectionError", { code: "CERT_HAS_EXPIRED" }), "renew it"],
  [fault("KafkaJSConnectionError", { code: "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE" }), "KAFKA_SSL_CERT_FILE"],
  [fault("KafkaJSConnectionError", {}, "disconnected before secure TLS connection was established"), "KAFKA_SSL=off"],
  [fault("KafkaJSConnectionClosedError", {}, "Closed connection"), "KAFKA_SSL=on"],
  [fault("KafkaJSSASLAuthenticationError"), "KAFKA_SASL_PASSWORD"],
  [fault("KafkaJSProtocolError", { type: "ILLEGAL_SASL_STATE" }), "KAFKA_SASL_MECHANISM"],
])("%#: the advice names what to set", (error, expected) => {
  expect(kafkaAdvice(error)).toContain(expected);
});

test("what is plain, and what is not Kafka's, has no advice", () => {
  expect(kafkaAdvice(fault("KafkaJSConnectionError", { code: "ECONNREFUSED" }))).toBeUndefined();
  expect(kafkaAdvice(Object.assign(new Error("…"), { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }))).toBeUndefined();
});

test("an error with advice is judged as without", () => {
  expect(isFinal(withAdvice(fault("KafkaJSSASLAuthenticationError")))).toBe(true);
  expect(isTooLarge(withAdvice(fault("KafkaJSProtocolError", { type: "MESSAGE_TOO_LARGE" })))).toBe(true);
});
