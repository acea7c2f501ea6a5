import { describe, expect, test } from "bun:test";
import { refusedTls, tlsOptions } from "./postgres-tls.ts";

test("each mode checks what libpq's checks", () => {
  expect(tlsOptions("disable")).toBe(false);
  expect(tlsOptions("prefer")).toEqual({ rejectUnauthorized: false });
  expect(tlsOptions("require")).toEqual({ rejectUnauthorized: false });
  expect(tlsOptions("verify-ca")).toMatchObject({ rejectUnauthorized: true, checkServerIdentity: expect.any(Function) });
  expect(tlsOptions("verify-full")).toEqual({ rejectUnauthorized: true });
});

describe("`prefer` goes on without TLS", () => {
  test.each([
    ["The server does not support SSL connections", undefined],
    ["no pg_hba.conf entry", "28000"],
    ["wrong version number", "ERR_SSL_WRONG_VERSION_NUMBER"],
  ])("after: %s", (message, code) => {
    expect(refusedTls(Object.assign(new Error(message), { code }))).toBe(true);
  });

  test.each([
    ["connect ECONNREFUSED", "ECONNREFUSED"],
    ["password authentication failed", "28P01"],
    ["Connection terminated due to connection timeout", undefined],
  ])("but not after: %s", (message, code) => {
    expect(refusedTls(Object.assign(new Error(message), { code }))).toBe(false);
  });
});
