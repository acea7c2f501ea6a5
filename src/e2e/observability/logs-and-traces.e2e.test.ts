import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Executable, LogLine } from "../../testing/executable.ts";
import { type CollectedSpan, type OtlpCollector, startOtlpCollector } from "../../testing/otlp-collector.ts";
import { describeWith, kafka, postgres } from "../../testing/services.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { call, createArticle, jsonBody, replicaHas } from "../api-client.ts";
import { type Roles, startRoles } from "./roles.ts";

const cwd = mkdtempSync(join(tmpdir(), "blog-e2e-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describeWith([postgres, kafka], "logs and traces of the three roles", () => {
  const opened = new AsyncDisposableStack();
  let collector: OtlpCollector;
  let roles: Roles;
  beforeAll(async () => {
    collector = opened.use(startOtlpCollector());
    roles = opened.use(
      await startRoles(cwd, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_EXPORTER_OTLP_HEADERS: "x-key=a%20b" }),
    );
  });
  afterAll(() => opened.disposeAsync());

  /** What `grep id` finds in the log of a role. */
  const linesWith = (executable: Executable, id: string) => executable.log.filter((line) => JSON.stringify(line).includes(id));

  async function createThroughGraphql(traceparent: string): Promise<number> {
    const query = 'mutation { createArticle(input: { title: "Traced", content: "C", author: "A" }) { id } }';
    const { body } = await call(`${roles.urls.gateway}/graphql`, jsonBody("POST", { query }, { traceparent }));
    const { data } = body as { data: { createArticle: { id: string } } };
    const id = Number(data.createArticle.id);
    await waitFor("the article on the replica", () => replicaHas(roles.urls.sync, id, 1));
    return id;
  }

  test("one trace id finds one write in the log of gateway, api and sync", async () => {
    const trace_id = newTraceId();
    await createThroughGraphql(`00-${trace_id}-${"1".repeat(16)}-01`);
    const applied = await roles.sync.logged("events applied", (line) => line.msg === "events applied" && names(line, trace_id));
    expect(applied).toMatchObject({ level: "info", role: "sync" });
    const published = await roles.api.logged(
      "events published",
      (line) => line.msg === "events published" && names(line, trace_id),
    );
    expect(published).toMatchObject({ level: "info", role: "api" });
    await roles.gateway.logged("the request", (line) => line["trace_id"] === trace_id);
    const request = { level: "info", trace_id, msg: "request", duration_ms: expect.any(Number), request_id: expect.any(String) };
    expect(linesWith(roles.gateway, trace_id)).toMatchObject([
      { ...request, role: "gateway", method: "POST", route: "/graphql", status: 200 },
    ]);
    expect(linesWith(roles.api, trace_id)).toMatchObject([
      { ...request, role: "api", method: "POST", route: "/api/v1/articles", status: 201 },
      { role: "api", msg: "events published" },
    ]);
  });

  test("the same write is one trace at the collector, each span under what caused it", async () => {
    const trace_id = newTraceId();
    await createThroughGraphql(`00-${trace_id}-${"1".repeat(16)}-01`);
    const spans = await collector.trace(trace_id, 9);
    const { topic } = roles.topic;
    expect(tree(spans, "1".repeat(16))).toEqual([
      "blog-gateway server POST /graphql",
      " blog-gateway client POST",
      "  blog-api server POST /api/v1/articles",
      "   blog-api client key_take",
      "   blog-api client create",
      "   blog-api client key_keep",
      `   blog-api producer send ${topic}`,
      `    blog-sync consumer process ${topic}`,
      "     blog-sync client merge_events",
    ]);
    expect(collector.headers[0]?.get("x-key")).toBe("a b");
    expect(spans.filter(({ failed }) => failed)).toEqual([]);
  });

  test("a trace that the caller does not want sampled is logged and not exported", async () => {
    const [unwanted, wanted] = [newTraceId(), newTraceId()];
    await createThroughGraphql(`00-${unwanted}-${"1".repeat(16)}-00`);
    await createThroughGraphql(`00-${wanted}-${"1".repeat(16)}-01`);
    await collector.trace(wanted, 9);
    await roles.sync.logged("events applied", (line) => names(line, unwanted));
    expect(collector.spans.filter(({ trace_id }) => trace_id === unwanted)).toEqual([]);
  });

  test("an answer continues the trace in which it stands", async () => {
    const trace_id = newTraceId();
    const { headers } = await call(`${roles.urls.api}/api/v1/articles/search?q=x`, {
      headers: { traceparent: `00-${trace_id}-${"2".repeat(16)}-01` },
    });
    const spans = await collector.trace(trace_id, 2);
    const [server] = spans.filter(({ kind }) => kind === "server");
    expect(headers.get("traceparent")).toBe(`00-${trace_id}-${server?.span_id}-01`);
    expect(server).toMatchObject({ name: "GET /api/v1/articles/search", parent_id: "2".repeat(16) });
  });

  const unknown_id = 9_007_199_254_740_991;

  test.each([
    { role: "api" as const, path: `/api/v1/articles/${unknown_id}`, route: "/api/v1/articles/{id}", status: 404, level: "info" },
    { role: "api" as const, path: "/no/such/path", route: "unknown", status: 404, level: "info" },
    { role: "sync" as const, path: `/api/v1/articles/${unknown_id}`, route: "/api/v1/articles/{id}", status: 404, level: "info" },
    { role: "sync" as const, path: "/api/v1/articles", route: "/api/v1/articles", status: 200, level: "info" },
    { role: "gateway" as const, path: "/graphql?query={__typename}", route: "/graphql", status: 200, level: "info" },
    { role: "gateway" as const, path: "/no/such/path", route: "unknown", status: 404, level: "info" },
  ])("$role logs $status for $route at $level", async ({ role, path, route, status, level }) => {
    const request_id = crypto.randomUUID();
    const headers = { "x-request-id": request_id, accept: "application/json" };
    expect((await call(`${roles.urls[role]}${path}`, { headers })).status).toBe(status);
    const line = await roles[role].logged(path, (logged) => logged["request_id"] === request_id);
    const trace_id = expect.stringMatching(/^[0-9a-f]{32}$/);
    expect(line).toMatchObject({ role, level, msg: "request", method: "GET", route, status, trace_id });
  });

  test("what the server cannot answer is an error, a caller that has gone is none", async () => {
    const article = await createArticle(roles.urls.api, { title: "Late" });
    const url = `${roles.urls.sync}/api/v1/articles/${article.id}`;
    const [late, gone] = [crypto.randomUUID(), crypto.randomUUID()];
    const future = { "blog-min-version": `${article.id}=${article.version + 1}` };
    const { status } = await call(url, { headers: { ...future, "x-request-id": late, "x-request-timeout-ms": "20" } });
    expect(status).toBe(504);
    const leaving = fetch(url, { headers: { ...future, "x-request-id": gone }, signal: AbortSignal.timeout(50) });
    await expect(leaving).rejects.toThrow();
    const isRequest = (id: string) => (line: LogLine) => line.msg === "request" && line["request_id"] === id;
    expect(await roles.sync.logged("504", isRequest(late))).toMatchObject({ level: "error", status: 504 });
    expect(await roles.sync.logged("499", isRequest(gone))).toMatchObject({ level: "info", status: 499 });
  });
});

function newTraceId(): string {
  return crypto.randomUUID().replaceAll("-", "");
}

function names(line: LogLine, trace_id: string): boolean {
  return Array.isArray(line["trace_ids"]) && line["trace_ids"].includes(trace_id);
}

/** Spans by indentation, each under its parent. */
function tree(spans: readonly CollectedSpan[], parent_id: string, indent = ""): readonly string[] {
  return spans
    .filter((span) => span.parent_id === parent_id)
    .flatMap((span) => [`${indent}${span.service} ${span.kind} ${span.name}`, ...tree(spans, span.span_id, `${indent} `)]);
}
