import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import pino from "pino";
import type { KafkaConfig } from "../config/config.ts";
import { type Authority, createAuthority } from "../testing/certificates.ts";
import { describeWith, kafka } from "../testing/services.ts";
import { createAdminConnection } from "./admin.ts";
import { createKafkaClient } from "./client.ts";
import { kafkaAdvice } from "./connection-advice.ts";
import { silentHooks } from "./hooks.ts";
import { openKafkaLog } from "./kafka-log.ts";
import { testConfig, testLog } from "./test-log.ts";

const username = "blog";
const password = "correct-horse";

type Way = Partial<KafkaConfig> & Pick<KafkaConfig, "brokers">;

function configOf(way: Way): KafkaConfig {
  return { ...testConfig(way.brokers, "t"), ssl: true, ...way };
}

/** Resolves when the broker has answered a question that needs a login; rejects with the advice. */
async function ask(way: Way): Promise<void> {
  const admin = createAdminConnection(createKafkaClient(configOf(way), testLog));
  try {
    await admin.run((connected) => connected.listTopics(), 10_000);
  } catch (error) {
    throw new Error(kafkaAdvice(error), { cause: error });
  } finally {
    await admin.close();
  }
}

describeWith([kafka], "Kafka that encrypts", () => {
  let authority: Authority;
  let other: Authority;
  let broker: Awaited<ReturnType<typeof kafka.startOwnEncrypted>>;

  beforeAll(async () => {
    [authority, other] = await Promise.all([createAuthority(), createAuthority("Another authority")]);
    const identity = await authority.issue(["localhost"]);
    broker = await kafka.startOwnEncrypted({ identity, host: "localhost", client_authority: other.cert, username, password });
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  const login = (mechanism: "plain" | "scram-sha-256" | "scram-sha-512", given = password) => ({
    brokers: [broker.by_password],
    ssl_root_cert: authority.cert,
    sasl: { mechanism, username, password: given },
  });

  describe.each(["plain", "scram-sha-256", "scram-sha-512"] as const)("and asks for a login by %s", (mechanism) => {
    test("lets in who has the password", async () => {
      await expect(ask(login(mechanism))).resolves.toBeUndefined();
    });

    test("turns away who has another", async () => {
      await expect(ask(login(mechanism, "wrong"))).rejects.toThrow("check KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD");
    });
  });

  test("ends a consumer for good that has another password", async () => {
    await using eventLog = openKafkaLog(configOf(login("plain", "wrong")), { log: testLog, hooks: silentHooks });
    await eventLog.consume(async () => {});
    await expect(eventLog.failed).rejects.toThrow("authentication failed");
  });

  test("is told of, once, by whoever only publishes and has another password", async () => {
    const lines: string[] = [];
    const log = pino({ level: "warn" }, { write: (line: string) => lines.push(line) });
    await using eventLog = openKafkaLog(configOf(login("plain", "wrong")), { log, hooks: silentHooks });
    for (let look = 0; look < 2; look++) expect(await eventLog.check()).toMatchObject({ state: "down" });
    expect(lines).toEqual([expect.stringContaining("check KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD")]);
  });

  test("is refused when another authority has signed its certificate", async () => {
    await expect(ask({ ...login("plain"), ssl_root_cert: other.cert })).rejects.toThrow("set KAFKA_SSL_CA_FILE");
    const { ssl_root_cert: _, ...well_known } = login("plain");
    await expect(ask(well_known)).rejects.toThrow("set KAFKA_SSL_CA_FILE");
  });

  test("is refused under a name that is not in its certificate", async () => {
    const by_address = `127.0.0.1:${broker.ports.by_password}`;
    await expect(ask({ ...login("plain"), brokers: [by_address] })).rejects.toThrow("KAFKA_BOOTSTRAP_SERVERS");
  });

  test("hangs up on who comes without a login or without TLS, which is told as such", async () => {
    const { sasl: _, ...without_login } = login("plain");
    await expect(ask(without_login)).rejects.toThrow("a login (KAFKA_SASL_MECHANISM)");
    await expect(ask({ ...without_login, ssl: false })).rejects.toThrow("TLS (KAFKA_SSL=on)");
  });

  test("lets in who shows a certificate that it trusts, and nobody else", async () => {
    const by_certificate = { brokers: [broker.by_certificate], ssl_root_cert: authority.cert };
    await expect(ask({ ...by_certificate, ssl_identity: await other.issue(["blog"]) })).resolves.toBeUndefined();
    await expect(ask(by_certificate)).rejects.toThrow("check KAFKA_SSL_CERT_FILE");
    await expect(ask({ ...by_certificate, ssl_identity: await authority.issue(["blog"]) })).rejects.toThrow(
      "KAFKA_SSL_CERT_FILE",
    );
  });
});
