import { expect, test } from "bun:test";
import { AppError } from "../article/errors.ts";
import { connectionAdvice } from "./connection-advice.ts";

const coded = (message: string, code: string) => Object.assign(new Error(message), { code });

test.each([
  [coded("unable to verify the first certificate", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"), "DB2_SSLROOTCERT"],
  [coded("self signed certificate", "DEPTH_ZERO_SELF_SIGNED_CERT"), "DB2_SSLROOTCERT"],
  [coded("Hostname/IP does not match certificate's altnames", "ERR_TLS_CERT_ALTNAME_INVALID"), "DB2_HOST"],
  [coded("certificate has expired", "CERT_HAS_EXPIRED"), "renew it"],
  [coded("error:10000418:SSL routines::TLSV1_ALERT_UNKNOWN_CA", "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA"), "DB2_SSLCERT"],
  [new Error("The server does not support SSL connections"), "DB2_SSLMODE=disable"],
  [coded("password authentication failed", "28P01"), "DB2_PASSWORD"],
  [coded("connection requires a valid client certificate", "28000"), "set DB2_SSLCERT"],
  [coded("no pg_hba.conf entry for host, no encryption", "28000"), "DB2_SSLMODE=verify-full"],
  [coded("no pg_hba.conf entry for host, SSL encryption", "28000"), "DB2_USER"],
  [coded('database "x" does not exist', "3D000"), "DB2_NAME"],
])("%s: names what to set", (cause, expected) => {
  const error = new AppError("unavailable", "The replica database is not available.", { cause });
  expect(connectionAdvice(error, "DB2")).toContain(expected);
});

test("what is plain has no advice", () => {
  expect(connectionAdvice(coded("connect ECONNREFUSED", "ECONNREFUSED"), "DB1")).toBeUndefined();
  expect(connectionAdvice("text", "DB1")).toBeUndefined();
});
