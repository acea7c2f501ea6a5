import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kafka, logLevel } from "kafkajs";
import { databaseEnv } from "../testing/database-env.ts";
import { type Executable, startExecutable } from "../testing/executable.ts";
import { describeWith, kafka, postgres } from "../testing/services.ts";
import { waitFor } from "../testing/wait-for.ts";
import { articleOf, call, createArticle, jsonBody, metric, replicaHas, urlOf } from "./api-client.ts";
import { walkThroughArticleFlow } from "./article-flow.ts";

const cwd = mkdtempSync(join(tmpdir(), "blog-e2e-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describeWith([postgres, kafka], "three processes on real PostgreSQL and Kafka", () => {
  const opened = new AsyncDisposableStack();
  let api: Executable;
  let second_api: Executable;
  let sync: Executable;
  let gateway: Executable;
  let topic: { brokers: string[]; topic: string };
  let env: Record<string, string>;

  beforeAll(async () => {
    const [primary, replica, made] = await Promise.all([
      postgres.createDatabase(),
      postgres.createDatabase(),
      kafka.createTopic({ partitions: 4 }),
    ]);
    opened.defer(() => made.drop());
    topic = made;
    env = {
      ...databaseEnv("DB1", primary.config),
      ...databaseEnv("DB2", replica.config),
      KAFKA_BOOTSTRAP_SERVERS: made.brokers.join(","),
      KAFKA_TOPIC_ARTICLES: made.topic,
      KAFKA_GROUP_ID: `group-${made.topic}`,
    };
    opened.defer(async () => void (await Promise.all([primary.drop(), replica.drop()])));
    const start = async (role: "api" | "sync" | "gateway", more: Record<string, string> = {}) =>
      opened.use(await startExecutable({ cwd, args: [`--role=${role}`], env: { ...env, ...more }, await_ready: [role] }));
    // Both at once, on an empty database: migrations must not collide.
    [api, second_api, sync] = await Promise.all([start("api"), start("api"), start("sync")]);
    gateway = await start("gateway", { REST_API_URL: urlOf(api, "api"), REPLICA_API_URL: urlOf(sync, "sync") });
  });
  afterAll(() => opened.disposeAsync());

  const urls = () => ({ api: urlOf(api, "api"), gateway: urlOf(gateway, "gateway"), sync: urlOf(sync, "sync") });

  test("carry an article from REST to GraphQL and to the replica", async () => {
    await walkThroughArticleFlow(urls());
  });

  test("publish events in the promised format", async () => {
    const article = await createArticle(urls().api, { title: "On the topic", status: "published" });
    const record = await firstRecordOf(topic, article.id);
    const { event_id, timestamp, ...event } = JSON.parse(record.value);
    expect(event_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(timestamp).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
    expect(event).toEqual({ event_type: "article.created", schema_version: 1, epoch: 1, data: article });
    expect(record.headers).toMatchObject({
      event_id,
      event_type: "article.created",
      traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-/),
    });
  });

  test("answer one idempotency key once, also when two processes get it at the same time", async () => {
    const title = `Once ${crypto.randomUUID()}`;
    const init = jsonBody("POST", { title, content: "x", author: "Ada" }, { "idempotency-key": title.replaceAll(" ", "-") });
    const answers = await Promise.all(
      [api, second_api, api, second_api].map((process) => call(`${urlOf(process, "api")}/api/v1/articles`, init)),
    );
    for (const { status, body } of answers) {
      if (status !== 201) expect({ status, body }).toMatchObject({ status: 409, body: { code: "idempotency_in_progress" } });
    }
    const again = await call(`${urls().api}/api/v1/articles`, init);
    expect(again.status).toBe(201);
    const { body } = await call(`${urls().api}/api/v1/articles?author=Ada&per_page=100&fields=id,title`);
    const items = (body as { items: { id: number; title: string }[] }).items.filter((item) => item.title === title);
    expect(items).toEqual([{ id: articleOf(again.body).id, title }]);
  });

  test("let ten changes at once through, in ten versions that reach the replica in order", async () => {
    const article = await createArticle(urls().api, { title: "Ten" });
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        call(`${urlOf(n % 2 ? api : second_api, "api")}/api/v1/articles/${article.id}`, jsonBody("PATCH", { title: `Ten ${n}` })),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(answers.map(({ body }) => articleOf(body).version).sort((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    await waitFor("the last version on the replica", () => replicaHas(urls().sync, article.id, 11));
  });

  test("let exactly one of two changes with the same If-Match through", async () => {
    const article = await createArticle(urls().api, { title: "Two" });
    const answers = await Promise.all(
      [api, second_api].map((process, n) =>
        call(
          `${urlOf(process, "api")}/api/v1/articles/${article.id}`,
          jsonBody("PATCH", { title: `Two ${n}` }, { "if-match": '"1"' }),
        ),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  test("write, replicate and find the largest article, whatever it is made of", async () => {
    const contents = [
      '"'.repeat(1_048_576),
      "\u0001".repeat(1_048_576),
      Array.from({ length: 140_000 }, (_, n) => `w${n.toString(36)}`)
        .join(" ")
        .slice(0, 1_048_576),
    ];
    for (const content of contents) {
      const article = await createArticle(urls().api, { title: `Heavy ${crypto.randomUUID()}`, content });
      await waitFor("the heavy article on the replica", () => replicaHas(urls().sync, article.id, 1), { timeout_ms: 20_000 });
      const copy = await call(`${urls().sync}/api/v1/articles/${article.id}`);
      expect(articleOf(copy.body).content === content).toBe(true);
    }
    await waitFor("the heavy article to be found on the replica", async () => {
      const found = await call(`${urls().sync}/api/v1/articles/search?q=wrs&fields=title`);
      expect(found.body).toMatchObject({ items: [{ title: expect.stringContaining("Heavy") }] });
      return true;
    });
  });

  test("change nothing in DB2 when the whole topic is read again from the start", async () => {
    const list = async () => (await call(`${urls().sync}/api/v1/articles?per_page=100&sort=title`)).body;
    await waitFor("the outbox to be empty", async () => (await metric(urls().api, "outbox_pending")) === 0);
    const before = await list();
    await using again = await startExecutable({
      cwd,
      args: ["--role=sync"],
      env: { ...env, KAFKA_GROUP_ID: `again-${topic.topic}` },
      await_ready: ["sync"],
    });
    const stale = 'kafka_messages_consumed_total{topic="TOPIC",event_type="article.created",result="stale"}'.replace(
      "TOPIC",
      topic.topic,
    );
    const created =
      (await metric(urls().api, `kafka_messages_sent_total{topic="${topic.topic}",event_type="article.created"}`)) ?? 0;
    const also_created =
      (await metric(
        urlOf(second_api, "api"),
        `kafka_messages_sent_total{topic="${topic.topic}",event_type="article.created"}`,
      )) ?? 0;
    await waitFor("every creation to be read again", async () => {
      return ((await metric(urlOf(again, "sync"), stale)) ?? 0) >= created + also_created;
    });
    expect(created + also_created).toBeGreaterThan(5);
    expect(await list()).toEqual(before);
  });
});

/** Reads the topic from its start, as any other consumer would. */
async function firstRecordOf(
  { brokers, topic }: { brokers: string[]; topic: string },
  id: number,
): Promise<{ value: string; headers: Record<string, string> }> {
  const client = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  const consumer = client.consumer({ groupId: `reader-${crypto.randomUUID()}`, allowAutoTopicCreation: false });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    const found = Promise.withResolvers<{ value: string; headers: Record<string, string> }>();
    await consumer.run({
      autoCommit: false,
      async eachMessage({ message }) {
        if (message.key?.toString() !== String(id)) return;
        const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
        found.resolve({ value: String(message.value), headers: Object.fromEntries(headers) });
      },
    });
    return await found.promise;
  } finally {
    await consumer.disconnect();
  }
}
