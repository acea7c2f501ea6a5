import { expect, test } from "bun:test";
import { createAuthority } from "../testing/certificates.ts";
import type { Config } from "./config.ts";
import { loadConfig } from "./load.ts";
import { configWarnings } from "./warnings.ts";

const today = new Date();
const production = { BLOG_ENV: "production", SECRET_KEY: "0123456789abcdef0123456789abcdef" };
const services = { DB1_HOST: "db1", DB1_PASSWORD: "p", KAFKA_BOOTSTRAP_SERVERS: "k:9093" };
const sasl = { KAFKA_SASL_MECHANISM: "plain", KAFKA_SASL_USERNAME: "u", KAFKA_SASL_PASSWORD: "p" };
const warningsOf = (env: Record<string, string>) => configWarnings(loadConfig({ env, role: "api" }), today);

test("in production open metrics are told of, and passwords and articles that can be read on the way", () => {
  expect(warningsOf({ ...services, ...sasl })).toEqual([]);
  expect(warningsOf({ ...services, ...sasl, ...production })).toEqual([
    "METRICS_TOKEN is not set: /metrics is open to anyone who reaches a port",
    "KAFKA_SASL_MECHANISM=plain without KAFKA_SSL: the password goes over the network as it is",
    "DB1_SSLMODE is prefer: whoever is on the way to db1 may read and change what goes there",
  ]);
  const mended = { KAFKA_SSL: "on", METRICS_TOKEN: "0123456789abcdef", DB1_SSLMODE: "require" };
  expect(warningsOf({ ...services, ...sasl, ...production, ...mended })).toEqual([]);
  expect(warningsOf({ ...services, ...production, METRICS_TOKEN: "0123456789abcdef", DB1_HOST: "127.0.0.1" })).toEqual([]);
});

test("a certificate that runs out, or is not valid yet, is told of", async () => {
  const identity = await (await createAuthority()).issue(["localhost"]);
  const config = loadConfig({ env: {} });
  const listen = { ...config.listen, api: { ...config.listen.api, tls: identity } };
  const at = (days: number) => configWarnings({ ...config, listen } satisfies Config, new Date(Date.now() + days * 86_400_000));
  expect(at(0)).toEqual([expect.stringContaining("The certificate of TLS_CERT_FILE expires on ")]);
  expect(at(3)).toEqual([expect.stringContaining("has expired")]);
  expect(at(-3)).toEqual([expect.stringContaining("is not valid before")]);
});
