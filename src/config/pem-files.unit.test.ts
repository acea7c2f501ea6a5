import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Authority, createAuthority } from "../testing/certificates.ts";
import { loadConfig } from "./load.ts";
import { ConfigError } from "./problems.ts";

const folder = join(tmpdir(), `blog-pem-${crypto.randomUUID()}`);
const at = (name: string) => join(folder, name);
let authority: Authority;
let ours: { readonly cert: string; readonly key: string };

beforeAll(async () => {
  mkdirSync(folder);
  authority = await createAuthority();
  ours = await authority.issue(["localhost"]);
  const another = await authority.issue(["localhost"]);
  await Promise.all([
    Bun.write(at("ca.pem"), authority.cert),
    Bun.write(at("chain.pem"), ours.cert + authority.cert),
    Bun.write(at("key.pem"), ours.key),
    Bun.write(at("another.key"), another.key),
    Bun.write(at("text"), "no PEM at all"),
  ]);
});
afterAll(() => rmSync(folder, { recursive: true }));

const db1 = { DB1_HOST: "db1", DB1_PASSWORD: "p" };
const db2 = { DB2_HOST: "db2", DB2_PASSWORD: "p" };
const kafka = { KAFKA_BOOTSTRAP_SERVERS: "k:9093" };

/** `VARIABLE: what is said of it`, of each problem. */
function problemsOf(env: Record<string, string>, role = "api"): readonly string[] {
  try {
    loadConfig({ env: { ...db1, ...db2, ...kafka, ...env }, role });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ variable, allowed }) => `${variable}: ${allowed}`);
    throw error;
  }
  return [];
}

test("what the files hold becomes part of the configuration", () => {
  const config = loadConfig({
    env: {
      ...db1,
      ...kafka,
      DB1_SSLMODE: "verify-full",
      DB1_SSLROOTCERT: at("ca.pem"),
      DB1_SSLCERT: at("chain.pem"),
      DB1_SSLKEY: at("key.pem"),
      KAFKA_SSL: "on",
      KAFKA_SSL_CA_FILE: at("ca.pem"),
      TLS_CERT_FILE: at("chain.pem"),
      TLS_KEY_FILE: at("key.pem"),
    },
    role: "api",
  });
  const identity = { cert: ours.cert + authority.cert, key: ours.key };
  expect(config.primary).toMatchObject({ ssl_root_cert: authority.cert, ssl_identity: identity });
  expect(config.event_log).toMatchObject({ ssl: true, ssl_root_cert: authority.cert });
  expect(config.event_log).not.toHaveProperty("ssl_identity");
  expect(config.listen.api.tls).toEqual(identity);
});

test("a file that is not there, not readable or no PEM is named with what is wrong", () => {
  expect(problemsOf({ TLS_CERT_FILE: at("missing"), TLS_KEY_FILE: folder })).toEqual([
    "TLS_CERT_FILE: a file with certificates in PEM; there is no such file",
    "TLS_KEY_FILE: a file with a private key in PEM; this is a folder",
  ]);
  expect(problemsOf({ TLS_CERT_FILE: at("text"), TLS_KEY_FILE: at("text") })).toEqual([
    "TLS_CERT_FILE: a file with certificates in PEM; there is no certificate in it that can be read",
    "TLS_KEY_FILE: a file with a private key in PEM; there is no key in it that can be read (one with a passphrase cannot be used)",
  ]);
});

test("a certificate and a key go together, and have to match", () => {
  expect(problemsOf({ TLS_CERT_FILE: at("chain.pem") })).toEqual([
    "TLS_KEY_FILE: a file with a private key in PEM; required since TLS_CERT_FILE is set",
  ]);
  expect(problemsOf({ DB1_SSLKEY: at("key.pem") })).toEqual([
    "DB1_SSLCERT: a file with certificates in PEM; required since DB1_SSLKEY is set",
  ]);
  expect(problemsOf({ TLS_CERT_FILE: at("chain.pem"), TLS_KEY_FILE: at("another.key") })).toEqual([
    "TLS_KEY_FILE: a file with a private key in PEM; this is the key of another certificate than TLS_CERT_FILE's first",
  ]);
});

test("a file that nothing would look at is refused, rather than trusted to be looked at", () => {
  expect(problemsOf({ DB1_SSLMODE: "require", DB1_SSLROOTCERT: at("ca.pem"), KAFKA_SSL_CA_FILE: at("ca.pem") })).toEqual([
    "DB1_SSLROOTCERT: only with DB1_SSLMODE=verify-full or verify-ca: nothing else looks at it",
    "KAFKA_SSL_CA_FILE: only with KAFKA_SSL=on",
  ]);
});

test("files of a service that the role does not need need not be there", () => {
  expect(problemsOf({ DB2_SSLMODE: "verify-full", DB2_SSLROOTCERT: at("missing") }, "api")).toEqual([]);
  expect(problemsOf({ DB2_SSLMODE: "verify-full", DB2_SSLROOTCERT: at("missing") }, "sync")).toHaveLength(1);
});
