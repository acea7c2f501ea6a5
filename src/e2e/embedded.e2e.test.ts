import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Executable, runExecutable, startExecutable } from "../testing/executable.ts";
import { waitFor } from "../testing/wait-for.ts";
import { call, createArticle, metric, urlOf } from "./api-client.ts";
import { walkThroughArticleFlow } from "./article-flow.ts";

setDefaultTimeout(120_000);

const cwd = mkdtempSync(join(tmpdir(), "blog-e2e-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe("the executable with nothing else installed", () => {
  let blog: Executable;
  beforeAll(async () => {
    blog = await startExecutable({ cwd });
  });
  afterAll(() => blog.kill());

  const urls = () => ({ api: urlOf(blog, "api"), gateway: urlOf(blog, "gateway"), sync: urlOf(blog, "sync") });

  test("carries an article from REST to GraphQL and to the replica", async () => {
    await walkThroughArticleFlow(urls());
  });

  test("answers health, live, ready and metrics on every port", async () => {
    for (const url of Object.values(urls())) {
      for (const path of ["/api/v1/health", "/api/v1/health/live", "/api/v1/health/ready"]) {
        expect((await call(url + path)).status).toBe(200);
      }
      expect(await metric(url, "http_requests_in_flight")).toBeGreaterThanOrEqual(1);
      expect(String((await call(`${url}/metrics`)).body)).toContain("build_info{");
    }
  });

  test("serves the API's document and page from itself", async () => {
    const { body } = await call(`${urls().api}/openapi.json`);
    expect(body).toMatchObject({ openapi: expect.stringMatching(/^3\.1\./) });
    const page = await call(`${urls().api}/docs`);
    expect(page.status).toBe(200);
    expect(String(page.body)).not.toMatch(/(?:src|href)="https?:/);
  });

  test("seeds through the running process, and tells its health", async () => {
    const before = (await metric(urls().api, 'articles_total{status="published",database="primary"}')) ?? 0;
    const seeded = await runExecutable({ cwd, args: ["seed", "--count=50", "--json"] });
    expect(seeded).toMatchObject({ exit_code: 0 });
    expect(JSON.parse(seeded.stdout)).toMatchObject({ count: 50 });
    expect(await metric(urls().api, 'articles_total{status="published",database="primary"}')).toBeGreaterThan(before);
    expect(await runExecutable({ cwd, args: ["health"] })).toMatchObject({ exit_code: 0 });
  });

  test("refuses a second process on its data folder, and one on its port", async () => {
    const beside = await runExecutable({ cwd, env: { API_PORT: "0", GATEWAY_PORT: "0", SYNC_PORT: "0" } });
    expect(beside.exit_code).toBe(1);
    expect(beside.stderr).toContain(String(blog.pid));
    const other = mkdtempSync(join(tmpdir(), "blog-e2e-"));
    const taken = await runExecutable({
      cwd: other,
      env: { API_PORT: new URL(urls().api).port, GATEWAY_PORT: "0", SYNC_PORT: "0" },
    });
    expect(taken.exit_code).toBe(1);
    expect(taken.stderr).toContain("API_PORT");
    rmSync(other, { recursive: true });
  });

  test("stops cleanly on SIGTERM and finds everything again", async () => {
    const kept = await createArticle(urls().api, { title: "Kept", status: "published" });
    for (let n = 0; n < 3; n++) await call(`${urls().api}/api/v1/articles/${kept.id}`);
    expect(await blog.stop()).toBe(0);
    blog = await startExecutable({ cwd });
    const { body } = await call(`${urls().api}/api/v1/articles/${kept.id}`);
    // Views still in memory at the stop are written then.
    expect(body).toMatchObject({ title: "Kept", views_count: 3 });
  });

  test("loses no acknowledged article when it is killed in the middle of 1,000 creates, and DB2 catches up", async () => {
    const acknowledged: number[] = [];
    const { api } = urls();
    const writes = Promise.allSettled(
      Array.from({ length: 1_000 }, async (_, n) => {
        const article = await createArticle(api, { title: `Killed ${n}` });
        acknowledged.push(article.id);
      }),
    );
    await waitFor("some articles to be acknowledged", () => acknowledged.length >= 100, { timeout_ms: 60_000, interval_ms: 1 });
    await blog.kill();
    await writes;

    blog = await startExecutable({ cwd });
    const found = async (url: string) => {
      const missing: number[] = [];
      for (let start = 0; start < acknowledged.length; start += 100) {
        const ids = acknowledged.slice(start, start + 100);
        const { body } = await call(`${url}/api/v1/articles?ids=${ids.join(",")}&fields=id`);
        const items = new Set((body as { items: { id: number }[] }).items.map(({ id }) => id));
        missing.push(...ids.filter((id) => !items.has(id)));
      }
      return missing;
    };
    expect(acknowledged.length).toBeLessThan(1_000);
    expect(await found(urls().api)).toEqual([]);
    await waitFor("every article in DB2", async () => (await found(urls().sync)).length === 0, { timeout_ms: 10_000 });
  });
});
