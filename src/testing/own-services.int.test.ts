import { expect, test } from "bun:test";
import { Kafka, logLevel } from "kafkajs";
import { Client } from "pg";
import type { PostgresConfig } from "../config/config.ts";
import { describeWith, kafka, postgres } from "./services.ts";

async function query(config: PostgresConfig, sql: string, timeout_ms = 5000) {
  const client = new Client({
    host: config.host,
    port: config.port,
    database: config.name,
    user: config.user,
    password: config.password,
    connectionTimeoutMillis: timeout_ms,
  });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describeWith([postgres], "a PostgreSQL of one's own", () => {
  test("comes back on the same port with what was committed, after a stop and after a kill", async () => {
    await using server = await postgres.startOwn();
    await query(server.config, "CREATE TABLE t AS SELECT 1 AS x");
    await server.stop();
    await expect(query(server.config, "SELECT 1")).rejects.toThrow();
    await server.start();
    await query(server.config, "INSERT INTO t VALUES (2)");
    await server.kill();
    await server.start();
    expect(await query(server.config, "SELECT x FROM t ORDER BY x")).toEqual([{ x: 1 }, { x: 2 }]);
  });

  test("answers nothing while it is frozen, and goes on afterwards", async () => {
    await using server = await postgres.startOwn();
    const { host, port, name, user, password } = server.config;
    const client = new Client({ host, port, database: name, user, password });
    await client.connect();
    await server.pause();
    const answer = client.query("SELECT 1 AS x").then(({ rows }) => rows);
    expect(await Promise.race([answer, Bun.sleep(200).then(() => "nothing")])).toBe("nothing");
    await server.resume();
    expect(await answer).toEqual([{ x: 1 }]);
    await client.end();
  });

  test("fsync is on where it is asked for", async () => {
    await using server = await postgres.startOwn({ fsync: true });
    expect(await query(server.config, "SHOW fsync")).toEqual([{ fsync: "on" }]);
  });
});

describeWith([kafka], "a Kafka of one's own", () => {
  test("sends who comes through its proxy back to the proxy", async () => {
    await using broker = await kafka.startOwnBehindProxy();
    const metadata = async (brokers: readonly string[]) => {
      const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 0 } }).admin();
      await admin.connect();
      const cluster = await admin.describeCluster();
      await admin.disconnect();
      return cluster.brokers.map(({ host, port }) => `${host}:${port}`);
    };
    expect(await metadata(broker.proxied_brokers)).toEqual([...broker.proxied_brokers]);
    expect(await metadata(broker.brokers)).toEqual([...broker.brokers]);
    await broker.proxy.setMode({ kind: "refuse" });
    await expect(metadata(broker.proxied_brokers)).rejects.toThrow();
  });

  test("comes back on the same port with what was acknowledged, after a kill", async () => {
    await using broker = await kafka.startOwn();
    const client = new Kafka({ brokers: [...broker.brokers], logLevel: logLevel.NOTHING });
    const admin = client.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: "t", numPartitions: 1 }], waitForLeaders: true });
    const producer = client.producer();
    await producer.connect();
    await producer.send({ topic: "t", messages: [{ value: "1" }] });
    await producer.disconnect();
    await admin.disconnect();
    await broker.kill();
    await broker.start();
    const again = client.admin();
    await again.connect();
    expect(await again.fetchTopicOffsets("t")).toEqual([{ partition: 0, offset: "1", high: "1", low: "0" }]);
    await again.disconnect();
  });
});
