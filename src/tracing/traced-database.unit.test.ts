import { expect, test } from "bun:test";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { Database, Queryable } from "../store/database.ts";
import { createGatherer } from "../store/gatherer.ts";
import { recordingTracer } from "../testing/recording-tracer.ts";
import { createActiveSpans } from "./active-spans.ts";
import { traceDatabase } from "./traced-database.ts";

const config = {
  kind: "postgres" as const,
  host: "db1",
  port: 5432,
  name: "blog_db",
  user: "blog_user",
  password: "canary",
  ssl_mode: "disable" as const,
  pool_max: 10,
};

function open(query: Queryable["query"] = async () => ({ rows: [], row_count: 0 })) {
  const { tracer, spans } = recordingTracer();
  const active = createActiveSpans();
  const bare: Database = {
    name: "primary",
    kind: "postgres",
    query,
    withTransaction: (work) => work({ query }),
    withLeadership: async () => undefined,
    poolState: () => ({ used: 0, idle: 0, waiting: 0 }),
    async [Symbol.asyncDispose]() {},
  };
  const database = traceDatabase({ database: bare, config, tracer, active });
  /** As a request does. */
  const during = async <Result>(work: () => Promise<Result>) => {
    const span = tracer.startSpan("request");
    try {
      return await active.run([span.spanContext()], work);
    } finally {
      span.end();
    }
  };
  const statements = () => spans().filter(({ kind }) => kind === SpanKind.CLIENT);
  const requestIds = () => spans().flatMap((span) => (span.name === "request" ? [span.spanContext().spanId] : []));
  return { database, during, statements, requestIds };
}

test("a statement of a request has a span with its name, and none of its values", async () => {
  const { database, during, statements, requestIds } = open();
  await during(() => database.query({ name: "get:2x4f", kind: "get", text: "SELECT $1" }, ["canary"]));
  const [span] = statements();
  expect(span).toMatchObject({ name: "get", attributes: { "db.system.name": "postgresql", "db.query.summary": "get" } });
  expect(span?.parentSpanContext?.spanId).toBe(requestIds()[0] ?? "");
  expect(JSON.stringify(span?.attributes)).not.toContain("canary");
});

test("so have the statements of its transactions", async () => {
  const { database, during, statements } = open();
  await during(() => database.withTransaction((tx) => tx.query({ name: "key_take", text: "…" })));
  expect(statements().map(({ name }) => name)).toEqual(["key_take"]);
});

test("what nobody's request caused has none", async () => {
  const { database, statements } = open();
  await database.query({ name: "outbox_take", text: "…" });
  expect(statements()).toEqual([]);
});

test("a statement that fails tells its SQLSTATE and not its message", async () => {
  const error = Object.assign(new Error("canary"), { code: "23505" });
  const { database, during, statements } = open(() => Promise.reject(error));
  await expect(during(() => database.query({ name: "create", text: "…" }))).rejects.toBe(error);
  const [span] = statements();
  expect(span).toMatchObject({ status: { code: SpanStatusCode.ERROR }, attributes: { "error.type": "23505" } });
  expect(JSON.stringify([span?.attributes, span?.status, span?.events])).not.toContain("canary");
});

test("one that several requests share belongs to the first and is linked to the others", async () => {
  const { database, during, statements, requestIds } = open();
  const gather = createGatherer<number, number>({
    in_flight_max: 1,
    batch_items_max: 10,
    waiting_max: 100,
    origins: database.origins,
    async run(items) {
      await database.query({ name: "get", text: "…" });
      return items;
    },
  });
  await Promise.all([1, 2, 3].map((item) => during(() => gather(item))));
  await gather(4);
  const [first = "", ...others] = requestIds();
  expect(statements()).toHaveLength(1);
  expect(statements()[0]?.parentSpanContext?.spanId).toBe(first);
  expect(statements()[0]?.links.map(({ context }) => context.spanId)).toEqual(others);
});

test("what is emptied from a queue by the end of another request's statement is its own", async () => {
  const { database, during, statements, requestIds } = open();
  const gather = createGatherer<number, number>({
    in_flight_max: 1,
    batch_items_max: 1,
    waiting_max: 100,
    origins: database.origins,
    async run(items) {
      await database.query({ name: "get", text: "…" });
      return items;
    },
  });
  await Promise.all([during(() => gather(1)), gather(2), during(() => gather(3))]);
  const [first = "", second = ""] = requestIds();
  expect(statements().map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual([first, second]);
});
