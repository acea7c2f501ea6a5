import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Executable, runExecutable, startExecutable } from "../testing/executable.ts";
import { call, jsonBody, urlOf } from "./api-client.ts";

setDefaultTimeout(60_000);

/** One a second of each caller, and so ten at once. */
const limits = { BLOG_ENV: "production", RATE_LIMIT_READS_PER_SECOND: "1", RATE_LIMIT_WRITES_PER_SECOND: "1" };
const at_once = 10;

describe("what a caller may have, in production", () => {
  const cwd = mkdtempSync(join(tmpdir(), "blog-e2e-"));
  const SECRET_KEY = crypto.randomUUID();
  let blog: Executable;
  /** In a process of its own, which the API knows for a proxy of ours. */
  let gateway: Executable;
  let token: string;
  beforeAll(async () => {
    const env = { ...limits, BLOG_EMBEDDED: "1", SECRET_KEY, TRUST_PROXY: "loopback" };
    blog = await startExecutable({ cwd, env });
    const api_env = { ...limits, REST_API_URL: urlOf(blog, "api"), TRUST_PROXY: "1" };
    gateway = await startExecutable({ cwd, env: api_env, args: ["--role=gateway"], await_ready: ["gateway"] });
    const args = ["token", "--scope=articles:write", "--subject=newsroom"];
    token = (await runExecutable({ cwd, env: { SECRET_KEY }, args })).stdout.trim();
  });
  afterAll(async () => {
    await Promise.all([blog.kill(), gateway.kill()]);
    rmSync(cwd, { recursive: true, force: true });
  });

  const from = (address: string, headers: Record<string, string> = {}) => ({ "x-forwarded-for": address, ...headers });
  const asGraphql = (query: string, headers: Record<string, string>) => jsonBody("POST", { query }, headers);

  async function letThrough(count: number, ask: () => Promise<{ readonly status: number }>): Promise<number> {
    const answers = await Promise.all(Array.from({ length: count }, ask));
    return answers.filter(({ status }) => status !== 429).length;
  }

  /** The burst goes through, and what is earned while a busy machine answers. */
  async function expectLimited(ask: () => Promise<{ readonly status: number }>): Promise<void> {
    const began = performance.now();
    const through = await letThrough(2 * at_once, ask);
    const earned = Math.ceil((performance.now() - began) / 1_000);
    expect(through).toBeGreaterThanOrEqual(at_once);
    expect(through).toBeLessThanOrEqual(at_once + earned);
  }

  test("reads are counted by the address that the proxy says, at the API and at the replica", async () => {
    for (const role of ["api", "sync"] as const) {
      const list = (address: string) => () => call(`${urlOf(blog, role)}/api/v1/articles`, { headers: from(address) });
      await expectLimited(list("203.0.113.1"));
      expect(await letThrough(5, list("203.0.113.2"))).toBe(5);
      const refused = await list("203.0.113.1")();
      expect([refused.status, refused.body]).toMatchObject([429, { code: "rate_limited" }]);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(refused.headers.get("ratelimit-policy")).toBe('"reads";q=10;w=10');
    }
  });

  test("writes are counted by the token's subject, wherever they come from", async () => {
    let n = 0;
    const write = () => {
      const headers = from(`203.0.113.${10 + n++}`, { authorization: `Bearer ${token}` });
      return call(`${urlOf(blog, "api")}/api/v1/articles`, jsonBody("POST", { title: "T", content: "C", author: "A" }, headers));
    };
    await expectLimited(write);
  });

  test("the gateway counts its callers, and is itself none to the API", async () => {
    const query = "{ articles(perPage: 1) { items { id } } }";
    for (const url of [urlOf(blog, "gateway"), urlOf(gateway, "gateway")]) {
      const ask = (address: string) => () => call(`${url}/graphql`, asGraphql(query, from(address)));
      await expectLimited(ask("203.0.113.30"));
      const others = Array.from({ length: 3 * at_once }, (_, n) => ask(`203.0.113.${40 + n}`)());
      for (const { status, body } of await Promise.all(others)) expect([status, body]).toMatchObject([200, { data: {} }]);
    }
  });

  test("health and metrics are for everyone, however often", async () => {
    const live = () => call(`${urlOf(blog, "api")}/api/v1/health/live`, { headers: from("203.0.113.1") });
    expect(await letThrough(3 * at_once, live)).toBe(3 * at_once);
  });
});
