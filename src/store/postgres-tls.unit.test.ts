import { describe, expect, test } from "bun:test";
import type { SslMode } from "../config/config.ts";
import { refusedTls, tlsOptions } from "./postgres-tls.ts";

const of = (ssl_mode: SslMode, more = {}) => tlsOptions({ host: "db1", ssl_mode, ...more });

test("each mode checks what libpq's checks", () => {
  expect(of("disable")).toBe(false);
  expect(of("prefer")).toEqual({ rejectUnauthorized: false });
  expect(of("require")).toEqual({ rejectUnauthorized: false });
  expect(of("verify-ca")).toMatchObject({ rejectUnauthorized: true, checkServerIdentity: expect.any(Function) });
  expect(of("verify-full")).toMatchObject({ rejectUnauthorized: true, checkServerIdentity: expect.any(Function) });
});

test("authorities of one's own are the only ones, and a certificate is shown in every mode", () => {
  const files = { ssl_root_cert: "ca", ssl_identity: { cert: "c", key: "k" } };
  expect(of("verify-full", files)).toMatchObject({ ca: "ca", cert: "c", key: "k" });
  expect(of("require", files)).toEqual({ rejectUnauthorized: false, cert: "c", key: "k" });
});

test("a socket of this machine has no TLS", () => {
  expect(tlsOptions({ host: "/run/postgresql", ssl_mode: "verify-full" })).toBe(false);
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
