import { expect, test } from "bun:test";
import { Kafka, logLevel } from "kafkajs";
import { Client } from "pg";
import type { PostgresConfig } from "../config/config.ts";
import { describeWith, kafka, postgres } from "./services.ts";

async function query(config: PostgresConfig, sql: string) {
  const client = new Client({
    host: config.host,
    port: config.port,
    database: config.name,
    user: config.user,
    password: config.password,
  });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describeWith([postgres], "PostgreSQL for tests", () => {
  test("each database is empty, UTF-8, and owned by a role that is no superuser", async () => {
    const [one, two] = await Promise.all([postgres.createDatabase(), postgres.createDatabase()]);
    await query(one.config, "CREATE TABLE t AS SELECT 1 AS x");
    expect(await query(two.config, "SELECT to_regclass('t') AS t, current_setting('server_encoding') AS e")).toEqual([
      { t: null, e: "UTF8" },
    ]);
    expect(await query(one.config, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).toEqual([{ rolsuper: false }]);
    expect((await query(one.config, "SHOW server_version"))[0]).toEqual({ server_version: expect.stringMatching(/^18/) });
    await Promise.all([one.drop(), two.drop()]);
    await expect(query(one.config, "SELECT 1")).rejects.toThrow();
  });
});

describeWith([kafka], "Kafka for tests", () => {
  test("a topic takes a message of 8 MB and gives it back", async () => {
    const { brokers, topic, drop } = await kafka.createTopic({ partitions: 2 });
    const client = new Kafka({ brokers, logLevel: logLevel.ERROR });
    const producer = client.producer({ idempotent: true });
    const consumer = client.consumer({ groupId: topic, sessionTimeout: 10_000 });
    const value = "x".repeat(8_000_000);
    await producer.connect();
    await producer.send({ topic, messages: [{ key: "1", value }] });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const received = Promise.withResolvers<number>();
    await consumer.run({ eachMessage: async ({ message }) => received.resolve(message.value?.length ?? 0) });
    expect(await received.promise).toBe(value.length);
    await Promise.all([producer.disconnect(), consumer.disconnect()]);
    await drop();
  });
});
