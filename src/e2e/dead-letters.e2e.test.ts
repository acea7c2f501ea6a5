import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigResourceTypes, Kafka, logLevel, Partitioners } from "kafkajs";
import { openDataFolder } from "../embedded/data-folder.ts";
import { openEmbeddedDatabases } from "../embedded/embedded-databases.ts";
import { createLog } from "../platform/log.ts";
import { article, articleEvent } from "../replication/test-events.ts";
import type { Database } from "../store/database.ts";
import { openPostgres } from "../store/postgres.ts";
import { databaseEnv } from "../testing/database-env.ts";
import { type Executable, runExecutable, startExecutable } from "../testing/executable.ts";
import { describeWith, kafka, postgres } from "../testing/services.ts";
import { waitFor } from "../testing/wait-for.ts";
import { articleOf, call, createArticle, jsonBody, metric, replicaHas, urlOf } from "./api-client.ts";

setDefaultTimeout(120_000);

const cwd = mkdtempSync(join(tmpdir(), "blog-e2e-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

interface Letter {
  readonly id: string;
  readonly reason: string;
  readonly error: string;
  readonly replay_of: string | null;
  readonly replayed_at: string | null;
}

async function dlq(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const { exit_code, stdout, stderr } = await runExecutable({ cwd, args: ["dlq", ...args, "--json"], env });
  if (exit_code !== 0) throw new Error(`dlq ${args.join(" ")} ended with ${exit_code}: ${stderr}`);
  return JSON.parse(stdout);
}

const lettersOf = async (env: Readonly<Record<string, string>>): Promise<readonly Letter[]> =>
  (await dlq(env, "list")).dead_letters;

describeWith([postgres, kafka], "dead letters on real PostgreSQL and Kafka", () => {
  const opened = new AsyncDisposableStack();
  let env: Record<string, string>;
  let blog: Executable;
  let replica: Database;
  let client: Kafka;
  let topic: string;

  beforeAll(async () => {
    const [primary, second, made] = await Promise.all([
      postgres.createDatabase(),
      postgres.createDatabase(),
      kafka.createTopic({ partitions: 1 }),
    ]);
    opened.defer(async () => void (await Promise.all([primary.drop(), second.drop(), made.drop()])));
    topic = made.topic;
    client = new Kafka({ brokers: made.brokers, logLevel: logLevel.NOTHING });
    env = {
      ...databaseEnv("DB1", primary.config),
      ...databaseEnv("DB2", second.config),
      KAFKA_BOOTSTRAP_SERVERS: made.brokers.join(","),
      KAFKA_TOPIC_ARTICLES: topic,
      KAFKA_GROUP_ID: `group-${topic}`,
    };
    const log = createLog({ level: "silent", format: "json" });
    replica = opened.use(openPostgres(second.config, { name: "replica", application_name: "blog-test", log }));
    blog = opened.use(await startExecutable({ cwd, args: ["--role=api,sync"], env, await_ready: ["api", "sync"] }));
  });
  afterAll(() => opened.disposeAsync());

  const api = () => urlOf(blog, "api");
  const sync = () => urlOf(blog, "sync");
  const onReplica = (id: number, version = 1) => waitFor(`article ${id} on the replica`, () => replicaHas(sync(), id, version));

  async function put(values: readonly { readonly key: string; readonly value: string }[]): Promise<void> {
    const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic, messages: values.map((message) => ({ ...message, partition: 0 })) });
    await producer.disconnect();
  }

  test("poison between good events lets them through, and is listed with its reasons", async () => {
    const good = (id: number) => ({ key: String(id), value: JSON.stringify(articleEvent("article.created", article(id, 1))) });
    const event = articleEvent("article.created", article(900_001, 1));
    const bad = (value: unknown) => ({ key: "900001", value: typeof value === "string" ? value : JSON.stringify(value) });
    const sent = put([
      good(900_000),
      bad("{ this is no JSON"),
      bad({ hello: "world" }),
      bad({ ...event, event_type: "article.sold" }),
      bad({ ...event, schema_version: 7 }),
      bad({ ...event, data: { ...event.data, title: "x".repeat(1_048_576) } }),
      good(900_002),
    ]);
    await sent;
    await Promise.all([onReplica(900_000), onReplica(900_002)]);

    const letters = await waitFor("five dead letters", async () => {
      const found = await lettersOf(env);
      return found.length === 5 && found;
    });
    expect(letters.map(({ reason }) => reason).sort()).toEqual([
      "invalid_event",
      "invalid_event",
      "malformed_json",
      "unknown_event_type",
      "unknown_schema_version",
    ]);
    expect(letters.find(({ error }) => error.includes("/data/title"))?.error).toContain("too_long");
    const [first] = letters;
    expect(await dlq(env, "show", first?.id ?? "")).toMatchObject({ key: { text: "900001" }, source: { topic, partition: 0 } });
    expect(await metric(sync(), 'dead_letters_total{reason="malformed_json"}')).toBe(1);
    expect(await dlq(env, "purge", "--all")).toMatchObject({ purged: 5 });
  });

  test("what a CHECK in DB2 refuses is applied by a replay once the CHECK is gone, and others pass meanwhile", async () => {
    await replica.query({ text: "ALTER TABLE articles ADD CONSTRAINT by_hand CHECK (author <> 'Mallory')" });
    const refused = await createArticle(api(), { title: "Refused", author: "Mallory" });
    const other = await createArticle(api(), { title: "Passes" });
    await onReplica(other.id);
    const [letter] = await lettersOf(env);
    expect(letter).toMatchObject({ reason: "refused_by_database", error: expect.stringContaining("by_hand"), replayed_at: null });
    await replica.query({ text: "ALTER TABLE articles DROP CONSTRAINT by_hand" });
    expect(await dlq(env, "replay", letter?.id ?? "")).toMatchObject({ replayed: [letter?.id], failed: [] });
    await onReplica(refused.id);
    expect(await dlq(env, "replay", "--all")).toMatchObject({ replayed: [] });
    expect(await dlq(env, "purge", "--older-than=0s")).toMatchObject({ purged: 1 });
  });

  test("a table that is away makes the sync not ready, but live, and no dead letter", async () => {
    await replica.query({ text: "ALTER TABLE articles RENAME TO articles_away" });
    const waiting = await createArticle(api(), { title: "Waits" });
    const health = await waitFor("not ready", async () => {
      const answer = await call(`${sync()}/api/v1/health`);
      return answer.status === 503 && answer;
    });
    expect(health.body).toMatchObject({
      checks: { replication: { detail: expect.stringContaining("DB2 does not take events") } },
    });
    expect((await call(`${sync()}/api/v1/health/live`)).status).toBe(200);
    const failed = 'db_queries_total{database="replica",query="merge_events",result="error"}';
    await waitFor("several tries", async () => ((await metric(sync(), failed)) ?? 0) > 4);
    await replica.query({ text: "ALTER TABLE articles_away RENAME TO articles" });
    await onReplica(waiting.id);
    expect(await lettersOf(env)).toEqual([]);
  });

  test("an article that is too large for the topic is parked, blocks nothing, and goes when the topic takes it", async () => {
    await setMessageBytesMax(client, topic, 1_500_000);
    const heavy = await createArticle(api(), { title: "Heavy", content: '"'.repeat(1_048_576) });
    const light = await createArticle(api(), { title: "Light" });
    await onReplica(light.id);
    const [letter] = await waitFor("the parked event", async () => {
      const found = await lettersOf(env);
      return found.length > 0 && found;
    });
    expect(letter).toMatchObject({ id: expect.stringMatching(/^outbox-\d+$/), reason: "too_large" });
    expect(letter?.error).toContain("max.message.bytes");
    expect(await metric(api(), "outbox_pending")).toBe(0);
    expect(await metric(api(), "outbox_parked")).toBe(1);
    await setMessageBytesMax(client, topic, 8 * 1_048_576);
    expect(await dlq(env, "replay", "--all")).toMatchObject({ replayed: [letter?.id] });
    await onReplica(heavy.id);
    expect(await lettersOf(env)).toEqual([]);
  });

  test("who writes can read that from the replica at once, by the version", async () => {
    for (let n = 0; n < 20; n++) {
      const written = await createArticle(api(), { title: `Mine ${n}` });
      const url = `${sync()}/api/v1/articles/${written.id}`;
      const own = await call(url, { headers: { "blog-min-version": `${written.id}=1` } });
      expect([own.status, articleOf(own.body).title]).toEqual([200, `Mine ${n}`]);
      await call(`${api()}/api/v1/articles/${written.id}`, jsonBody("PATCH", { title: `Mine again ${n}` }));
      const list = await call(`${sync()}/api/v1/articles?ids=${written.id}`, {
        headers: { "blog-min-version": `${written.id}=2` },
      });
      expect(list.body).toMatchObject({ items: [{ title: `Mine again ${n}` }] });
      const deleted = await call(`${api()}/api/v1/articles/${written.id}`, { method: "DELETE" });
      const version = deleted.headers.get("etag")?.replaceAll('"', "");
      expect((await call(url, { headers: { "blog-min-version": `${written.id}=${version}` } })).status).toBe(404);
    }
    const began = performance.now();
    const late = await call(`${sync()}/api/v1/articles`, { headers: { "blog-min-version": "1=4000" } });
    expect(late.body).toMatchObject({ status: 503, code: "unavailable" });
    expect(late.headers.get("retry-after")).toBe("1");
    expect(performance.now() - began).toBeGreaterThan(1_900);
  });

  test("a sync that finds all partitions taken is ready, as a standby", async () => {
    await using second = await startExecutable({ cwd, args: ["--role=sync"], env, await_ready: ["sync"] });
    const standby = async (url: string) => {
      const { body } = await call(`${url}/api/v1/health`);
      return (body as { checks: { event_log: { state: string } } }).checks.event_log.state === "standby";
    };
    await waitFor("a standby", async () => (await standby(urlOf(second, "sync"))) || (await standby(sync())));
    expect((await call(`${urlOf(second, "sync")}/api/v1/health/ready`)).status).toBe(200);
    await second.stop();
  });

  test("a fault that only a person can mend ends the process, and the exit code says so", async () => {
    const group = `foreign-${topic}`;
    await using foreign = await joinWithForeignProtocol(client, topic, group);
    const log_of = await startExecutable({ cwd, args: ["--role=sync"], env: { ...env, KAFKA_GROUP_ID: group }, await_ready: [] });
    expect(await log_of.exited).toBe(1);
    expect(log_of.log.some(({ level }) => level === "fatal")).toBe(true);
    void foreign;
  });
});

describe("dead letters embedded", () => {
  const env = { BLOG_DATA_DIR: join(cwd, "embedded") };

  test("are read and replayed beside the running process, and alone", async () => {
    const first = await startExecutable({ cwd, env });
    const kept = await createArticle(urlOf(first, "api"), { title: "Kept" });
    await first.stop();
    await breakOutbox(env.BLOG_DATA_DIR);

    await using blog = await startExecutable({ cwd, env });
    const [letter] = await waitFor("the dead letter", async () => {
      const found = await lettersOf(env);
      return found.length > 0 && found;
    });
    expect(letter).toMatchObject({ id: expect.stringMatching(/^0-\d+$/), reason: "malformed_json" });
    expect(await dlq(env, "replay", "--all")).toMatchObject({ replayed: [letter?.id] });
    const [again] = await waitFor("the replay's dead letter", async () => {
      const found = await lettersOf(env);
      return found.length === 2 && found;
    });
    expect(again).toMatchObject({ replay_of: letter?.id, reason: "malformed_json" });
    expect(again?.id).not.toBe(letter?.id);
    expect(await replicaHas(urlOf(blog, "sync"), kept.id, 1)).toBe(true);
    await blog.stop();

    expect(await dlq(env, "replay", again?.id ?? "")).toMatchObject({ replayed: [again?.id] });
    expect(await lettersOf(env)).toHaveLength(3);
    expect(await dlq(env, "purge", "--all")).toMatchObject({ purged: 3 });
  });
});

/** As a person could who edits tables by hand. */
async function breakOutbox(dir: string): Promise<void> {
  using folder = openDataFolder(dir);
  await using databases = await openEmbeddedDatabases(folder);
  await databases.primary.query({ text: "INSERT INTO outbox (article_id, event_type, data) VALUES (1, 'article.updated', '{')" });
}

async function setMessageBytesMax(client: Kafka, topic: string, bytes: number): Promise<void> {
  const admin = client.admin();
  await admin.connect();
  const configEntries = [{ name: "max.message.bytes", value: String(bytes) }];
  await admin.alterConfigs({ validateOnly: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries }] });
  await admin.disconnect();
}

/** A consumer of another kind in the same group: the broker takes no member that does not speak its protocol. */
async function joinWithForeignProtocol(client: Kafka, topic: string, groupId: string): Promise<AsyncDisposable> {
  const consumer = client.consumer({
    groupId,
    partitionAssigners: [
      () => ({
        name: "Foreign",
        version: 1,
        assign: async () => [],
        protocol: () => ({ name: "Foreign", metadata: Buffer.from([]) }),
      }),
    ],
  });
  const joined = Promise.withResolvers<void>();
  consumer.on(consumer.events.GROUP_JOIN, () => joined.resolve());
  await consumer.connect();
  await consumer.subscribe({ topic });
  await consumer.run({ eachMessage: async () => {} });
  await joined.promise;
  return { [Symbol.asyncDispose]: () => consumer.disconnect() };
}
