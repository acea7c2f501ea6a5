import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Authority, createAuthority } from "../testing/certificates.ts";
import { type Executable, runExecutable, startExecutable } from "../testing/executable.ts";

setDefaultTimeout(120_000);

const cwd = mkdtempSync(join(tmpdir(), "blog-encrypted-"));
const metrics_token = "0123456789abcdef";
const origin = "https://blog.example";

describe("a gateway and an API that speak TLS with certificates of our own", () => {
  let authority: Authority;
  let api: Bun.Server<undefined>;
  let blog: Executable;
  let env: Record<string, string>;
  const ask = (path: string, init: BunFetchRequestInit = {}) =>
    fetch(`${blog.urls["gateway"]}${path}`, { ...init, tls: { ca: authority.cert } });

  beforeAll(async () => {
    authority = await createAuthority();
    const identity = await authority.issue(["127.0.0.1", "localhost"]);
    const answer = { items: [], total: 7, page: 1, per_page: 10, pages: 1, next_cursor: null };
    api = Bun.serve({ hostname: "127.0.0.1", port: 0, tls: { ...identity }, fetch: () => Response.json(answer) });
    await Promise.all([
      Bun.write(join(cwd, "ca.pem"), authority.cert),
      Bun.write(join(cwd, "cert.pem"), identity.cert),
      Bun.write(join(cwd, "key.pem"), identity.key),
    ]);
    env = {
      BLOG_ENV: "production",
      BLOG_ROLE: "gateway",
      REST_API_URL: `https://127.0.0.1:${api.port}`,
      NODE_EXTRA_CA_CERTS: "ca.pem",
      TLS_CERT_FILE: "cert.pem",
      TLS_KEY_FILE: "key.pem",
      METRICS_TOKEN: metrics_token,
      CORS_ORIGINS: origin,
    };
    blog = await startExecutable({ cwd, env, await_ready: [] });
    await blog.logged("ready", ({ msg }) => msg === "ready");
  });
  afterAll(async () => {
    await blog.kill();
    await api.stop(true);
    rmSync(cwd, { recursive: true });
  });

  test("a query goes by TLS from end to end, and its answer tells browsers to stay there", async () => {
    const asked = await ask("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json", origin },
      body: JSON.stringify({ query: "{ articles { total } }" }),
    });
    expect(await asked.json()).toEqual({ data: { articles: { total: 7 } } });
    expect(Object.fromEntries(asked.headers)).toMatchObject({
      "strict-transport-security": "max-age=31536000",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "access-control-allow-origin": origin,
      vary: "Origin",
    });
  });

  test("who comes without TLS, or does not trust the authority, gets nothing", async () => {
    const url = blog.urls["gateway"] ?? "";
    await expect(fetch(url.replace("https:", "http:"))).rejects.toThrow();
    await expect(fetch(url)).rejects.toThrow(/certificate/);
  });

  test("metrics are for who has their token, and nothing tells a stranger the version", async () => {
    expect((await ask("/metrics")).status).toBe(401);
    const metrics = await ask("/metrics", { headers: { authorization: `Bearer ${metrics_token}` } });
    expect(await metrics.text()).toContain("build_info{");
    expect(await (await ask("/api/v1/health")).text()).not.toContain("version");
  });

  test("`blog health` asks its own ports by TLS, whatever name the certificate has", async () => {
    const port = new URL(blog.urls["gateway"] ?? "").port;
    const { stdout } = await runExecutable({ cwd, env: { ...env, GATEWAY_PORT: port }, args: ["health", "--json"] });
    expect(JSON.parse(stdout)).toMatchObject({ asked: `https://127.0.0.1:${port}/api/v1/health`, answer: { role: "gateway" } });
  });

  test("files that do not belong together end the start with 78, and name the variable", async () => {
    const { key } = await authority.issue(["localhost"]);
    await Bun.write(join(cwd, "another.key"), key);
    const started = await runExecutable({ cwd, env: { ...env, TLS_KEY_FILE: "another.key" } });
    expect(started.exit_code).toBe(78);
    expect(started.stderr).toContain('TLS_KEY_FILE: found "another.key"');
  });
});

test("in production open metrics are told of at the start, once", async () => {
  const folder = mkdtempSync(join(tmpdir(), "blog-open-metrics-"));
  const env = { BLOG_ENV: "production", BLOG_ROLE: "gateway", REST_API_URL: "http://127.0.0.1:1" };
  const blog = await startExecutable({ cwd: folder, env, await_ready: [] });
  await blog.logged("ready", ({ msg }) => msg === "ready");
  expect(blog.log.filter(({ msg }) => msg?.startsWith("METRICS_TOKEN is not set"))).toHaveLength(1);
  await blog.kill();
  rmSync(folder, { recursive: true });
});
