import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kafka, logLevel, Partitioners } from "kafkajs";
import { Client } from "pg";
import type { PostgresConfig } from "../../config/config.ts";
import { article, articleEvent } from "../../replication/test-events.ts";
import { type Executable, runExecutable } from "../../testing/executable.ts";
import { type OtlpCollector, startOtlpCollector } from "../../testing/otlp-collector.ts";
import { describeWith, kafka, postgres } from "../../testing/services.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { call, graphql, jsonBody } from "../api-client.ts";
import { createCanaries } from "./canaries.ts";
import { askEveryWay, writeEveryWay } from "./hostile-inputs.ts";
import { type Roles, startRoles } from "./roles.ts";

setDefaultTimeout(120_000);

const cwd = mkdtempSync(join(tmpdir(), "blog-e2e-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describeWith([postgres, kafka], "what goes in does not come out of logs, metrics, health and traces", () => {
  const canaries = createCanaries();
  const opened = new AsyncDisposableStack();
  let collector: OtlpCollector;
  let roles: Roles;
  beforeAll(async () => {
    collector = opened.use(startOtlpCollector());
    roles = opened.use(
      await startRoles(cwd, {
        LOG_LEVEL: "trace",
        SECRET_KEY: canaries.of("SECRET_KEY"),
        SECRET_KEY_PREVIOUS: canaries.of("SECRET_KEY_PREVIOUS"),
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        OTEL_EXPORTER_OTLP_HEADERS: `authorization=${canaries.of("OTEL_EXPORTER_OTLP_HEADERS")}`,
      }),
    );
  });
  afterAll(() => opened.disposeAsync());

  const executables = (): readonly Executable[] => [roles.gateway, roles.api, roles.sync];
  const logged = () => executables().map(({ log, stdout }) => JSON.stringify(log) + stdout());

  /** All that was asked before is in its log by then: lines come in order. */
  async function caughtUp(executable: Executable, url: string): Promise<void> {
    const request_id = crypto.randomUUID();
    await call(`${url}/last`, { headers: { "x-request-id": request_id } });
    await executable.logged("the last request", (line) => line["request_id"] === request_id);
  }

  async function expectNoLeak(): Promise<void> {
    const { gateway, api, sync } = roles.urls;
    await Promise.all([caughtUp(roles.gateway, gateway), caughtUp(roles.api, api), caughtUp(roles.sync, sync)]);
    const paths = ["/metrics", "/api/v1/health", "/api/v1/health/ready"];
    const told = await Promise.all([gateway, api, sync].flatMap((url) => paths.map((path) => call(`${url}${path}`))));
    const outputs = [...logged(), ...told.map(({ body }) => JSON.stringify(body)), ...collector.bodies];
    expect(outputs.flatMap((output) => canaries.foundIn(output))).toEqual([]);
    for (const { password } of [roles.primary, roles.replica]) expect(logged().join()).not.toContain(password);
  }

  test("of articles, however they are written", async () => {
    await writeEveryWay(roles.urls, canaries);
    await roles.sync.logged("the events", ({ msg }) => msg === "events applied");
    await expectNoLeak();
  });

  test("of headers, searches, parameters, paths, queries and bodies that are none", async () => {
    const answers = await askEveryWay(roles.urls, canaries);
    await expectNoLeak();
    // The caller is told which of its words is wrong, but who it is, and what no error is about, comes back to nobody.
    const echoed = answers.flatMap((answer) => canaries.foundIn(answer));
    expect(echoed).toContain("page, api");
    expect(echoed.filter((place) => /^(header|token|Authorization|Cookie|request id|GraphQL variable)/.test(place))).toEqual([]);
  });

  test("of a row that DB1 refuses, in the answer neither", async () => {
    await run(roles.primary, "ALTER TABLE articles ADD CONSTRAINT no_canaries CHECK (title NOT LIKE 'canary%') NOT VALID");
    const body = { title: canaries.of("refused title"), content: canaries.of("refused content"), author: "A" };
    const answer = await call(`${roles.urls.api}/api/v1/articles`, jsonBody("POST", body));
    expect(answer.status).toBe(500);
    expect(canaries.foundIn(JSON.stringify(answer.body))).toEqual([]);
    const line = await roles.api.logged("the refusal", ({ msg }) => msg === "request failed");
    expect(line).toMatchObject({ level: "error", err: { code: "23514", constraint: "no_canaries" } });
    await expectNoLeak();
  });

  test("of events that nobody can apply", async () => {
    await run(roles.replica, "ALTER TABLE articles ADD CONSTRAINT no_canaries CHECK (author NOT LIKE 'canary%') NOT VALID");
    const refused = articleEvent("article.created", article(900_001, 1, { author: canaries.of("event DB2 refuses") }));
    await publish(roles.topic, [
      { key: canaries.of("event's key"), value: JSON.stringify(refused) },
      { key: "900001", value: JSON.stringify(refused) },
      { key: "1", value: `{"title": ${canaries.of("event, broken JSON")}` },
      { key: "1", value: JSON.stringify({ ...refused, event_type: canaries.of("event's type") }) },
      { key: "1", value: JSON.stringify({ ...refused, schema_version: canaries.of("event's schema version") }) },
      { key: "1", value: JSON.stringify({ ...refused, data: { ...refused.data, status: canaries.of("event's status") } }) },
      {
        key: "1",
        value: canaries.of("event, no JSON"),
        headers: { [canaries.of("header's name")]: "x", traceparent: canaries.of("event's traceparent") },
      },
    ]);
    const letters = ({ msg }: { msg?: string }) => msg?.startsWith("event given up on") === true;
    await waitFor("7 dead letters", () => roles.sync.log.filter(letters).length === 7);
    await expectNoLeak();
  });

  test("of what is asked while the API, and then the replica, cannot answer; of the spans of all of it", async () => {
    await roles.api.stop();
    const asked = `{ searchArticles(query: "${canaries.of("search without an API")}") { id } }`;
    expect(await graphql(roles.urls.gateway, asked)).toMatchObject({ extensions: { stale: {} } });
    await roles.sync.stop();
    const failed = await graphql(roles.urls.gateway, asked);
    expect(failed).toMatchObject({ errors: [{ extensions: { code: "UNAVAILABLE" } }] });
    const create = 'mutation ($c: String!) { createArticle(input: { title: "T", content: $c, author: "A" }) { id } }';
    await graphql(roles.urls.gateway, create, { c: canaries.of("content without an API") });
    await roles.gateway.stop();
    expect(new Set(collector.spans.map(({ service }) => service)).size).toBe(3);
    expect([...logged(), ...collector.bodies].flatMap((output) => canaries.foundIn(output))).toEqual([]);
  });
});

test("no secret of the configuration is printed, be it right or wrong", async () => {
  const canaries = createCanaries();
  const env = {
    DB1_HOST: `postgres://blog_user:${canaries.of("password in DB1_HOST")}@db1/blog_db`,
    DB1_PASSWORD: canaries.of("DB1_PASSWORD"),
    DB2_HOST: "db2",
    DB2_PASSWORD: canaries.of("DB2_PASSWORD"),
    KAFKA_BOOTSTRAP_SERVERS: `kafka://u:${canaries.of("password in KAFKA_BOOTSTRAP_SERVERS")}@kafka:9092`,
    KAFKA_SASL_MECHANISM: "plain",
    KAFKA_SASL_USERNAME: "blog",
    KAFKA_SASL_PASSWORD: canaries.of("KAFKA_SASL_PASSWORD"),
    REST_API_URL: `http://u:${canaries.of("password in REST_API_URL")}@api:5000`,
    SECRET_KEY: canaries.of("SECRET_KEY").slice(0, 20),
    SECRET_KEY_PREVIOUS: canaries.of("SECRET_KEY_PREVIOUS"),
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://u:${canaries.of("password in OTEL_EXPORTER_OTLP_ENDPOINT")}@collector:4318`,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=${canaries.of("OTEL_EXPORTER_OTLP_HEADERS")}`,
    METRICS_TOKEN: canaries.of("METRICS_TOKEN"),
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
    LOG_LEVEL: "trace",
  };
  const commands = [
    ["check-config", "--print"],
    ["check-config", "--print", "--json"],
    ["migrate"],
    ["verify"],
    ["token", "--scope=articles:write"],
    ["--role=all"],
  ];
  const outputs = await Promise.all(commands.map((args) => runExecutable({ cwd, env, args })));
  expect(outputs.map(({ exit_code }) => exit_code)).toEqual([78, 78, 78, 78, 78, 78]);
  expect(outputs[0]?.stdout).toContain("OTEL_EXPORTER_OTLP_HEADERS");
  expect(canaries.foundIn(outputs.map(({ stdout, stderr }) => stdout + stderr).join())).toEqual([]);
});

async function run(config: PostgresConfig, sql: string): Promise<void> {
  const { host, port, name: database, user, password } = config;
  const client = new Client({ host, port, database, user, password });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

interface Message {
  readonly key: string;
  readonly value: string;
  readonly headers?: Record<string, string>;
}

async function publish({ brokers, topic }: Roles["topic"], messages: readonly Message[]): Promise<void> {
  const client = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    await producer.send({ topic, messages: [...messages] });
  } finally {
    await producer.disconnect();
  }
}
