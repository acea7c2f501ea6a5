import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serverAudits } from "graphql-http";
import pino from "pino";
import { openPostgres } from "../../store/postgres.ts";
import { describeWith, kafka, postgres } from "../../testing/services.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { call, createArticle, graphql, metric } from "../api-client.ts";
import { halfUnavailable } from "./half-unavailable.ts";
import { hangUnderLoad } from "./hang.ts";
import { createAndLose, deleteAndLose, updateAndLose } from "./lost-answers.ts";
import { killUnderLoad } from "./outage.ts";
import { type Stack, startStack } from "./stack.ts";

const cwd = mkdtempSync(join(tmpdir(), "blog-gateway-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** Short forms; `bun run gateway:drill` runs the long ones, at the rates and with the bounds of the docs. */
describeWith([postgres, kafka], "a gateway over an API that fails", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack(cwd);
  });
  afterAll(() => stack[Symbol.asyncDispose]());

  const breaker = () => metric(stack.urls.gateway, 'circuit_breaker_state{upstream="api"}');
  beforeEach(async () => {
    const fresh = async () => JSON.stringify(await graphql(stack.urls.gateway, "{ articles { perPage } }"));
    await waitFor("the breaker to close", async () => !(await fresh()).includes("stale") && (await breaker()) === 0);
    stack.front.forget();
  });

  describe("asks no more than it must", () => {
    test("25 aliases and two equal lists are two calls; a hundred aliases are none", async () => {
      const [first = 1] = stack.ids;
      const aliases = (count: number) =>
        Array.from({ length: count }, (_, n) => `a${n}: article(id: ${first + n}) { id }`).join(" ");
      const page = "articles(perPage: 3) { items { id } }";
      const answer = await graphql(stack.urls.gateway, `{ ${aliases(25)} x: ${page} y: ${page} }`);
      expect(answer).not.toHaveProperty("errors");
      expect(stack.front.calls).toHaveLength(2);
      const refused = await graphql(stack.urls.gateway, `{ ${aliases(100)} }`);
      expect(refused).toMatchObject({
        errors: [{ extensions: { code: "LIMIT_EXCEEDED", limit: "aliases", found: 100, allowed: 30 } }],
      });
      expect(stack.front.calls).toHaveLength(2);
    });

    test("content comes over the wire only when it is selected, and a total is counted only when it is", async () => {
      const bytesOf = async (query: string) => {
        stack.front.forget();
        await graphql(stack.urls.gateway, query);
        const [asked] = stack.front.calls;
        return asked ?? { path: "", bytes: 0 };
      };
      const slim = await bytesOf("{ articles(perPage: 20) { items { id title } } }");
      const whole = await bytesOf("{ articles(perPage: 20) { total items { id title content } } }");
      expect(slim.path).toContain("with_total=false");
      expect(whole.path).toContain("with_total=true");
      expect(slim.bytes * 10).toBeLessThan(whole.bytes);
    });
  });

  test("passes each audit of GraphQL over HTTP", async () => {
    const audits = serverAudits({ url: `${stack.urls.gateway}/graphql`, fetchFn: fetch });
    const results = await Promise.all(audits.map((audit) => audit.fn()));
    expect(results.flatMap((result) => (result.status === "ok" ? [] : [`${result.name}: ${result.reason}`]))).toEqual([]);
  });

  test("a query whose caller's time is up is read from the replica, and no longer runs in DB1", async () => {
    const database = openPostgres(stack.primary, { name: "primary", application_name: "locker", log: pino({ level: "silent" }) });
    const waiting =
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name LIKE 'blog%'";
    const blocked = async () => (await database.query({ text: waiting })).row_count;
    await database.withTransaction(async (tx) => {
      await tx.query({ text: "LOCK TABLE articles IN ACCESS EXCLUSIVE MODE" });
      const body = JSON.stringify({ query: "{ articles(perPage: 3) { items { id } } }" });
      const headers = { "content-type": "application/json", "x-request-timeout-ms": "1500" };
      const asked = call(`${stack.urls.gateway}/graphql`, { method: "POST", headers, body });
      await waitFor("the query to wait in DB1", async () => (await blocked()) > 0);
      expect((await asked).body).toMatchObject({ data: { articles: {} }, extensions: { stale: { reason: "timeout" } } });
      await waitFor("DB1 to give up on it", async () => (await blocked()) === 0, { timeout_ms: 1_000 });
    });
    await database[Symbol.asyncDispose]();
  });

  describe("when the answer is lost after the commit", () => {
    test("a create makes one article, and succeeds", async () => {
      const { answer, articles } = await createAndLose(stack);
      expect(answer).toMatchObject({ data: { createArticle: { version: 1 } } });
      expect(articles).toBe(1);
    });

    test("a conditional update makes one version, and succeeds", async () => {
      const { id } = await createArticle(stack.urls.api, { title: "To be changed" });
      const { answer, version } = await updateAndLose(stack, id);
      expect(answer).toEqual({ data: { updateArticle: { version: 2, title: "Changed once" } } });
      expect(version).toBe(2);
    });

    test("a delete succeeds", async () => {
      const { id } = await createArticle(stack.urls.api, { title: "To be deleted" });
      expect(await deleteAndLose(stack, id)).toEqual({ answer: { data: { deleteArticle: true } }, status: 404 });
    });
  });

  test("an answer that breaks off, and one that is not the API's, are read from the replica, and say so", async () => {
    const query = `{ article(id: ${stack.ids[0]}) { id content } }`;
    const stale = { data: { article: { id: String(stack.ids[0]) } }, extensions: { stale: { reason: "unavailable" } } };
    await stack.wire.setMode({ kind: "cut", after_bytes: 300 });
    expect(await graphql(stack.urls.gateway, query)).toMatchObject(stale);
    await stack.wire.setMode({ kind: "forward" });
    stack.front.setFault({ kind: "garbage" });
    const { headers, body } = await call(`${stack.urls.gateway}/graphql?query=${encodeURIComponent(query)}`);
    stack.front.setFault({ kind: "forward" });
    expect(body).toMatchObject(stale);
    expect(headers.get("blog-stale")).toBe("1");
  });

  test("503 to half of the calls: everything is answered, at 1.2 calls a query and the budget's floor at most", async () => {
    const report = await halfUnavailable(stack, stack.urls.gateway, { per_second: 50, duration_ms: 3_000 });
    expect(report.answered_share).toBeGreaterThanOrEqual(0.99);
    expect(report.calls).toBeLessThanOrEqual(1.2 * report.queries + 10);
  });

  test("killed under load: queries go on, mutations fail as unavailable, and it is fresh again soon after its return", async () => {
    const outage = killUnderLoad(stack, { per_second: 50, normal_ms: 1_500, outage_ms: 3_000, after_ms: 5_000 });
    await waitFor("the breaker to open", async () => (await breaker()) === 2);
    const mutation = "mutation { publishArticle(id: 1) { id } }";
    expect(await graphql(stack.urls.gateway, mutation)).toMatchObject({
      errors: [{ extensions: { code: "UNAVAILABLE", retryAfter: 1 } }],
    });
    expect((await call(`${stack.urls.gateway}/api/v1/health/ready`)).status).toBe(200);
    const report = await outage;
    expect(report.answered_share).toBeGreaterThanOrEqual(0.999);
    expect(report.probes_per_second).toBeLessThanOrEqual(5);
    expect(report.fresh_after_ms).toBeLessThan(5_000);
  });

  test("hung: no query takes longer than its caller grants, and sockets do not pile up", async () => {
    // More than the slots take: also the calls that wait for one must speak against the API.
    const report = await hangUnderLoad(stack, { per_second: 100, hang_ms: 6_000, timeout_ms: 1_500 });
    expect(report.answered_share).toBeGreaterThanOrEqual(0.99);
    // Far from the API's silence; how close to the caller's time is for the drill to tell, on a machine of its own.
    expect(report.slowest_ms).toBeLessThan(4_000);
    expect(report.opened_after_ms).toBeLessThan(6_000);
    expect(Math.max(...report.open_files)).toBeLessThan(300);
  });
});
