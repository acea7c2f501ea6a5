import { describe, expect, test } from "bun:test";
import { resolve } from "node:path";
import { type LoadOptions, loadConfig } from "./load.ts";
import { ConfigError, type Problem } from "./problems.ts";

const primary = { DB1_HOST: "db1", DB1_PASSWORD: "p1" };
const replica = { DB2_HOST: "db2", DB2_PASSWORD: "p2" };
const kafka = { KAFKA_BOOTSTRAP_SERVERS: "kafka:9092" };
const key = { SECRET_KEY: "0123456789abcdef0123456789abcdef" };

function problemsOf(options: LoadOptions): readonly Problem[] {
  try {
    loadConfig(options);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

function refused(options: LoadOptions): readonly string[] {
  return problemsOf(options).map(({ variable }) => variable);
}

describe("with nothing set", () => {
  const config = loadConfig({ env: {} });

  test("all three roles run embedded, on their usual ports, for this machine only", () => {
    expect(config.roles).toEqual(["api", "gateway", "sync"]);
    expect(config.primary).toEqual({ kind: "pglite", data_dir: resolve("blog-data") });
    expect(config.replica).toEqual({ kind: "pglite", data_dir: resolve("blog-data") });
    expect(config.event_log).toEqual({ kind: "in-process" });
    expect(config.listen).toEqual({
      api: { host: "127.0.0.1", port: 5000 },
      gateway: { host: "127.0.0.1", port: 4000 },
      sync: { host: "127.0.0.1", port: 5001 },
    });
    expect(config.rest_api_url).toBeUndefined();
  });

  test("the configuration is frozen through and through", () => {
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.listen.api)).toBe(true);
  });

  test("an empty variable counts as one that is not set", () => {
    expect(loadConfig({ env: { DB1_HOST: "", API_PORT: "", KAFKA_BOOTSTRAP_SERVERS: "", LOG_FORMAT: "" } })).toEqual(config);
  });
});

describe("the gateway", () => {
  test("introspection is on in development and off in production, unless set", () => {
    const introspection = (env: Record<string, string>) => loadConfig({ env }).gateway.introspection;
    const production = { BLOG_ENV: "production", BLOG_EMBEDDED: "1", ...key };
    expect([{}, production].map(introspection)).toEqual([true, false]);
    expect(introspection({ ...production, GATEWAY_INTROSPECTION: "on" })).toBe(true);
    expect(introspection({ GATEWAY_INTROSPECTION: "off" })).toBe(false);
  });

  test("limits are numbers of their own, at least 1", () => {
    expect(loadConfig({ env: { GATEWAY_ALIASES_MAX: "5" } }).gateway.limits).toMatchObject({ aliases_max: 5, depth_max: 10 });
    expect(refused({ env: { GATEWAY_COST_MAX: "0", GATEWAY_DEPTH_MAX: "all" } })).toEqual([
      "GATEWAY_DEPTH_MAX",
      "GATEWAY_COST_MAX",
    ]);
  });
});

test("real services are read in full", () => {
  const config = loadConfig({
    env: {
      ...primary,
      ...replica,
      DB1_PORT: "6432",
      DB1_SSLMODE: "verify-full",
      DB2_POOL_MAX: "3",
      KAFKA_BOOTSTRAP_SERVERS: "a:1, [::1]:9092",
      KAFKA_TOPIC_ARTICLES: "t",
      KAFKA_SSL: "on",
      KAFKA_SASL_MECHANISM: "SCRAM-SHA-512",
      KAFKA_SASL_USERNAME: "u",
      KAFKA_SASL_PASSWORD: "p",
      REST_API_URL: "http://api:5000/",
    },
  });
  expect(config.primary).toEqual({
    kind: "postgres",
    host: "db1",
    port: 6432,
    name: "blog_db",
    user: "blog_user",
    password: "p1",
    ssl_mode: "verify-full",
    pool_max: 10,
  });
  expect(config.replica).toMatchObject({ host: "db2", name: "blog_replica_db", pool_max: 3 });
  expect(config.event_log).toEqual({
    kind: "kafka",
    brokers: ["a:1", "[::1]:9092"],
    topic: "t",
    dead_letter_topic: "t.dlq",
    group_id: "blog-sync",
    ssl: true,
    sasl: { mechanism: "scram-sha-512", username: "u", password: "p" },
  });
  expect(config.rest_api_url).toBe("http://api:5000");
});

describe("roles", () => {
  test.each([
    ["api", ["api"]],
    ["gateway,api", ["api", "gateway"]],
    ["sync, gateway ,api", ["api", "gateway", "sync"]],
    ["all", ["api", "gateway", "sync"]],
  ] as const)("%s is read as %p", (role, expected) => {
    const env = { ...primary, ...replica, ...kafka };
    expect(loadConfig({ env: { ...env, BLOG_ROLE: role } }).roles).toEqual([...expected]);
    expect(loadConfig({ env: { ...env, BLOG_ROLE: "sync" }, role }).roles).toEqual([...expected]);
  });

  test.each(["apii", "api,api", "api,", ",", "all,api", "API", "api;sync"])("%s is refused", (role) => {
    expect(refused({ env: { BLOG_ROLE: role, DB1_HOST: "x" } })).toEqual(["BLOG_ROLE"]);
    expect(refused({ env: {}, role })).toEqual(["--role"]);
  });
});

describe("what each role needs", () => {
  test.each<[string, Record<string, string>, string[]]>([
    ["api", {}, ["DB1_HOST", "KAFKA_BOOTSTRAP_SERVERS"]],
    ["api", primary, ["KAFKA_BOOTSTRAP_SERVERS"]],
    ["api", { ...primary, ...kafka }, []],
    ["api", { DB1_HOST: "db1", ...kafka }, ["DB1_PASSWORD"]],
    ["sync", {}, ["DB2_HOST", "KAFKA_BOOTSTRAP_SERVERS"]],
    ["sync", { ...replica, ...kafka }, []],
    ["gateway", {}, ["REST_API_URL"]],
    ["gateway", { REST_API_URL: "http://api:5000" }, []],
    ["gateway,sync", { ...replica, ...kafka }, ["REST_API_URL"]],
    ["api,gateway", { ...primary, ...kafka }, []],
    ["api,sync", {}, ["DB1_HOST", "DB2_HOST", "KAFKA_BOOTSTRAP_SERVERS"]],
    ["api,sync", { ...primary, ...replica }, ["KAFKA_BOOTSTRAP_SERVERS"]],
    ["all", { ...primary, ...replica }, []],
    ["all", primary, ["DB2_HOST"]],
    ["all", replica, ["DB1_HOST"]],
    ["all", { ...primary, ...replica, DB2_HOST: "db1", DB2_NAME: "blog_db" }, ["DB2_NAME"]],
  ])("%s with %j lacks %j", (role, env, expected) => {
    expect(refused({ env, role })).toEqual(expected);
  });

  test("real databases without Kafka use the in-process event log with role all", () => {
    const config = loadConfig({ env: { ...primary, ...replica } });
    expect(config.event_log).toEqual({ kind: "in-process" });
    expect(config.primary?.kind).toBe("postgres");
  });

  test("a role holds no part that it does not need", () => {
    const config = loadConfig({ env: { ...primary, ...replica, ...kafka, REST_API_URL: "http://api" }, role: "gateway" });
    expect([config.primary, config.replica, config.event_log]).toEqual([undefined, undefined, undefined]);
  });
});

describe("production", () => {
  test("refuses embedded databases and a missing key, both at once", () => {
    expect(refused({ env: { BLOG_ENV: "production" } })).toEqual(["DB1_HOST", "DB2_HOST", "SECRET_KEY"]);
  });

  test("takes embedded databases when told to, and logs JSON even on a terminal", () => {
    const env = { BLOG_ENV: "production", BLOG_EMBEDDED: "1", ...key };
    const config = loadConfig({ env, terminal: true });
    expect(config.primary?.kind).toBe("pglite");
    expect(config.log.format).toBe("json");
  });

  test("asks the roles that answer for articles for a key, and not the gateway", () => {
    const env = { BLOG_ENV: "production", ...primary, ...replica, ...kafka, REST_API_URL: "http://api:5000" };
    for (const [role, lacking] of [
      ["api", ["SECRET_KEY"]],
      ["sync", ["SECRET_KEY"]],
      ["gateway", []],
    ] as const) {
      expect([role, refused({ env, role })]).toEqual([role, [...lacking]]);
    }
  });

  test("migrating needs no key", () => {
    expect(refused({ env: { BLOG_ENV: "production", ...primary, ...replica }, command: "migrate" })).toEqual([]);
  });
});

describe("who may read and write", () => {
  const production = { BLOG_ENV: "production", BLOG_EMBEDDED: "1", ...key };
  const previous = { SECRET_KEY_PREVIOUS: key.SECRET_KEY.toUpperCase() };

  test("development is open, production shows what is published and takes writes with a token", () => {
    expect(loadConfig({ env: {} }).access).toEqual({ open_writes: true, public_reads: "all" });
    expect(loadConfig({ env: { ...production, ...previous } }).access).toEqual({
      keys: { current: key.SECRET_KEY, previous: previous.SECRET_KEY_PREVIOUS },
      open_writes: false,
      public_reads: "published",
    });
    expect(loadConfig({ env: { ...production, PUBLIC_READS: "all" } }).access).toMatchObject({ public_reads: "all" });
  });

  test("what is hidden needs a key by which somebody sees it, and an old key needs a new one", () => {
    expect(refused({ env: { PUBLIC_READS: "published" } })).toEqual(["SECRET_KEY"]);
    expect(refused({ env: { PUBLIC_READS: "published", ...key } })).toEqual([]);
    expect(refused({ env: previous })).toEqual(["SECRET_KEY_PREVIOUS"]);
  });
});

describe("values that are not allowed", () => {
  test.each([
    ["API_PORT", "1e3"],
    ["API_PORT", " 5"],
    ["API_PORT", "65536"],
    ["API_PORT", "-1"],
    ["API_PORT", "0x10"],
    ["API_PORT", "05"],
    ["DB1_PORT", "0"],
    ["DB2_POOL_MAX", "0"],
    ["DB1_SSLMODE", "on"],
    ["DB1_HOST", "db1:5432"],
    ["DB1_HOST", "postgres://u:p@db1/x"],
    ["BLOG_ENV", "prod"],
    ["BLOG_MIGRATE", "yes"],
    ["KAFKA_BOOTSTRAP_SERVERS", "kafka"],
    ["KAFKA_BOOTSTRAP_SERVERS", "kafka:9092,"],
    ["KAFKA_BOOTSTRAP_SERVERS", "kafka://a:1"],
    ["KAFKA_TOPIC_ARTICLES", ".."],
    ["KAFKA_TOPIC_ARTICLES", "a b"],
    ["KAFKA_SASL_USERNAME", "alone"],
    ["REST_API_URL", "api:5000"],
    ["REST_API_URL", "ftp://api"],
    ["REST_API_URL", "http://user:pw@api"],
    ["REPLICA_API_URL", "http://api?x=1"],
    ["BLOG_LISTEN_HOST", "http://0.0.0.0"],
    ["IDEMPOTENCY_TTL_HOURS", "1.5"],
    ["VIEWS_FLUSH_SECONDS", "0"],
    ["SECRET_KEY", "short"],
    ["PUBLIC_READS", "none"],
    ["LOG_LEVEL", "loud"],
    ["LOG_FORMAT", "xml"],
  ])("%s=%s is refused by name", (name, text) => {
    const env = { ...primary, ...replica, [name]: text };
    const [problem, ...others] = problemsOf({ env });
    expect(others).toEqual([]);
    expect(problem?.variable).toBe(name);
    expect(problem?.allowed).not.toBe("");
  });

  test("everything wrong is named at once", () => {
    const env = { API_PORT: "x", DB1_HOST: "db1", LOG_LEVEL: "loud", REST_API_URL: "nowhere" };
    expect(refused({ env }).toSorted()).toEqual(["API_PORT", "DB1_PASSWORD", "DB2_HOST", "LOG_LEVEL", "REST_API_URL"]);
  });

  test("two roles of one process cannot have one port, but each may take a free one", () => {
    expect(refused({ env: { GATEWAY_PORT: "5000" } })).toEqual(["GATEWAY_PORT"]);
    expect(refused({ env: { GATEWAY_PORT: "5000", REST_API_URL: "http://x" }, role: "gateway" })).toEqual([]);
    expect(refused({ env: { API_PORT: "0", GATEWAY_PORT: "0", SYNC_PORT: "0" } })).toEqual([]);
  });
});

describe("secrets", () => {
  test("no part of a secret or of a pasted connection string is shown", () => {
    const env = {
      SECRET_KEY: "canary-short",
      DB1_HOST: "postgres://blog:canary/1@db1/blog",
      DB2_HOST: "host=db2 password=canary",
      REST_API_URL: "http://me:canary@api",
    };
    const problems = problemsOf({ env });
    expect(problems).toHaveLength(6);
    expect(JSON.stringify(problems)).not.toContain("canary");
    expect(problems.find(({ variable }) => variable === "SECRET_KEY")?.found).toBe("a secret of 12 bytes");
  });
});

describe("what commands need", () => {
  test("health needs no service", () => {
    expect(loadConfig({ env: {}, role: "api", command: "health" }).primary).toBeUndefined();
  });

  test("seed needs the primary alone", () => {
    const config = loadConfig({ env: primary, role: "api", command: "seed" });
    expect(config.primary?.kind).toBe("postgres");
    expect([config.replica, config.event_log]).toEqual([undefined, undefined]);
  });

  test("migrate works on what the role owns, or on what it is told", () => {
    const env = { ...primary, ...replica };
    expect(loadConfig({ env, role: "sync", command: "migrate" })).toMatchObject({ replica: { host: "db2" } });
    expect(loadConfig({ env, role: "sync", command: "migrate" }).primary).toBeUndefined();
    expect(loadConfig({ env: primary, command: "migrate", databases: ["primary"] }).replica).toBeUndefined();
    expect(refused({ env: primary, command: "migrate" })).toEqual(["DB2_HOST"]);
  });
});
