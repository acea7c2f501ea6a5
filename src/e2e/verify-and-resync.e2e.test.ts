import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kafka, logLevel } from "kafkajs";
import type { PostgresConfig } from "../config/config.ts";
import { createLog } from "../platform/log.ts";
import { openPostgres } from "../store/postgres.ts";
import { databaseEnv } from "../testing/database-env.ts";
import { runExecutable, startExecutable } from "../testing/executable.ts";
import { describeWith, kafka, postgres } from "../testing/services.ts";
import { waitFor } from "../testing/wait-for.ts";
import { call, createArticle, urlOf } from "./api-client.ts";

const cwd = mkdtempSync(join(tmpdir(), "blog-e2e-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
const timeout_ms = 180_000;

test(
  "embedded: verify, repair and resync work beside the running process, and without one",
  async () => {
    const env = { BLOG_DATA_DIR: join(cwd, "data") };
    {
      await using running = await startExecutable({ cwd, env });
      await seed(env, 300);
      await verified(env, 300);
      expect(await blog(env, "resync", "--json")).toMatchObject({
        exit_code: 0,
        result: { epoch: 2, sent: 300, continued: false },
      });
      await verified(env, 300);
      expect(await running.stop()).toBe(0);
    }
    // Nobody carries these to DB2 but the command itself.
    await seed(env, 20);
    await verified(env, 320);
    expect(await blog(env, "resync", "--json")).toMatchObject({ exit_code: 0, result: { epoch: 3, sent: 320 } });
    await verified(env, 320);
  },
  timeout_ms,
);

describeWith([postgres, kafka], "on real PostgreSQL and Kafka", () => {
  const opened = new AsyncDisposableStack();
  let env: Record<string, string>;
  let first_replica: PostgresConfig;
  let topic: { brokers: string[]; topic: string };

  beforeAll(async () => {
    const [primary, replica, made] = await Promise.all([
      postgres.createDatabase(),
      postgres.createDatabase(),
      kafka.createTopic(),
    ]);
    opened.defer(() => made.drop());
    opened.defer(async () => void (await Promise.all([primary.drop(), replica.drop()])));
    topic = made;
    first_replica = replica.config;
    env = {
      ...databaseEnv("DB1", primary.config),
      ...databaseEnv("DB2", replica.config),
      KAFKA_BOOTSTRAP_SERVERS: made.brokers.join(","),
      KAFKA_TOPIC_ARTICLES: made.topic,
      KAFKA_GROUP_ID: `group-${made.topic}`,
    };
  }, timeout_ms);
  afterAll(() => opened.disposeAsync());

  test(
    "verify names what differs with exit 1, --repair mends it with exit 0",
    async () => {
      await using _api = await startExecutable({ cwd, args: ["--role=api"], env, await_ready: ["api"] });
      await using _sync = await startExecutable({ cwd, args: ["--role=sync"], env, await_ready: ["sync"] });
      await seed(env, 400);
      await verified(env, 400);

      await inReplica(first_replica, "UPDATE articles SET content = 'by hand' WHERE id = 7");
      await inReplica(first_replica, "DELETE FROM articles WHERE id = 8");
      const text = await blog(env, "verify");
      expect(text.exit_code).toBe(1);
      expect(text.stdout).toContain("2 differences: 1 content, 1 missing");
      const repaired = await blog(env, "verify", "--repair", "--json");
      expect(repaired).toMatchObject({
        exit_code: 0,
        result: {
          found: {
            equal: false,
            differences: [
              { id: 7, kind: "content" },
              { id: 8, kind: "missing" },
            ],
          },
          after_repair: { equal: true, differences: [] },
        },
      });
      await verified(env, 400);
    },
    timeout_ms,
  );

  test(
    "an empty DB2 whose events have expired: a sync alone says what to type, a process with DB1 rebuilds it by itself",
    async () => {
      await expireEvents();
      const replica = await postgres.createDatabase();
      opened.defer(() => replica.drop());
      const anew = { ...env, ...databaseEnv("DB2", replica.config) };

      await using sync = await startExecutable({ cwd, args: ["--role=sync"], env: anew, await_ready: [] });
      await waitFor(
        "its health to name the cure",
        async () => {
          const { status, body } = await call(`${urlOf(sync, "sync")}/api/v1/health`);
          return status === 503 && JSON.stringify(body).includes("history is missing, run `blog resync`");
        },
        { timeout_ms: 60_000 },
      );

      await using all = await startExecutable({ cwd, env: anew, ready_timeout_ms: 90_000 });
      await createArticle(urlOf(all, "api"), { title: "Written meanwhile" });
      await verified(anew, 401);
      expect(all.log.filter(({ msg }) => msg === "DB2 is rebuilt")).toHaveLength(1);
      // The whole report: it says what is not ready.
      expect((await call(`${urlOf(sync, "sync")}/api/v1/health`)).body).toMatchObject({ status: "ready" });
    },
    timeout_ms,
  );

  async function expireEvents(): Promise<void> {
    const admin = new Kafka({ brokers: [...topic.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      const ends = await admin.fetchTopicOffsets(topic.topic);
      const partitions = ends.filter(({ high }) => high !== "0").map(({ partition, high }) => ({ partition, offset: high }));
      await admin.deleteTopicRecords({ topic: topic.topic, partitions });
    } finally {
      await admin.disconnect();
    }
  }
});

async function blog(env: Readonly<Record<string, string>>, ...args: string[]) {
  const { exit_code, stdout, stderr } = await runExecutable({
    cwd,
    env: { ...env, LOG_LEVEL: "warn" },
    args,
    timeout_ms: 90_000,
  });
  if (stdout === "") throw new Error(`blog ${args.join(" ")} ended with ${exit_code}: ${stderr}`);
  return { exit_code, stdout, stderr, result: args.includes("--json") ? JSON.parse(stdout) : undefined };
}

async function seed(env: Readonly<Record<string, string>>, count: number): Promise<void> {
  expect(await blog(env, "seed", `--count=${count}`, "--json")).toMatchObject({ exit_code: 0 });
}

async function verified(env: Readonly<Record<string, string>>, rows: number): Promise<void> {
  expect(await blog(env, "verify", "--json")).toMatchObject({
    exit_code: 0,
    result: { found: { equal: true, rows, differences: [] }, after_repair: null },
  });
}

async function inReplica(config: PostgresConfig, text: string): Promise<void> {
  await using database = openPostgres(config, {
    name: "replica",
    application_name: "blog-test",
    log: createLog({ level: "silent", format: "json" }),
  });
  await database.query({ text });
}
