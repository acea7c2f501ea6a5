import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Executable, runExecutable, startExecutable } from "../testing/executable.ts";
import { waitFor } from "../testing/wait-for.ts";
import { articleOf, call, jsonBody, urlOf } from "./api-client.ts";

setDefaultTimeout(120_000);

const cwd = mkdtempSync(join(tmpdir(), "blog-e2e-"));
const SECRET_KEY = "0123456789abcdef0123456789abcdef";
const article = { title: "Hidden", content: "Not yet for everyone.", author: "Ada" };

async function tokenFor(scope: string): Promise<string> {
  const { exit_code, stdout } = await runExecutable({ cwd, args: ["token", `--scope=${scope}`], env: { SECRET_KEY } });
  if (exit_code !== 0) throw new Error(`blog token ended with ${exit_code}`);
  return stdout.trim();
}

describe("the executable in production", () => {
  let blog: Executable;
  let reader: string;
  let writer: string;
  beforeAll(async () => {
    blog = await startExecutable({ cwd, env: { BLOG_ENV: "production", BLOG_EMBEDDED: "1", LOG_LEVEL: "trace", SECRET_KEY } });
    [reader, writer] = [await tokenFor("articles:read"), await tokenFor("articles:write")];
  });
  afterAll(async () => {
    await blog.kill();
    rmSync(cwd, { recursive: true, force: true });
  });

  const articles = (role: "api" | "sync") => `${urlOf(blog, role)}/api/v1/articles`;
  const as = (token: string | undefined) => (token === undefined ? {} : { authorization: `Bearer ${token}` });
  const write = (token?: string) => call(articles("api"), jsonBody("POST", article, as(token)));
  const status = async (url: string, token?: string) => (await call(url, { headers: as(token) })).status;
  const graphql = async (query: string, token?: string) =>
    (await call(`${urlOf(blog, "gateway")}/graphql`, jsonBody("POST", { query }, as(token)))).body;

  test("writes need a token that reaches so far, on REST and GraphQL", async () => {
    const refused = await write();
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="blog"']);
    expect((await write(reader)).status).toBe(403);
    expect((await write(`${writer}x`)).status).toBe(401);
    expect((await write(writer)).status).toBe(201);
    const create = 'mutation { createArticle(input: { title: "T", content: "C", author: "A" }) { status } }';
    expect(await graphql(create)).toMatchObject({ errors: [{ extensions: { code: "UNAUTHORIZED", status: 401 } }] });
    expect(await graphql(create, reader)).toMatchObject({ errors: [{ extensions: { code: "FORBIDDEN", status: 403 } }] });
    expect(await graphql(create, writer)).toEqual({ data: { createArticle: { status: "DRAFT" } } });
  });

  test("the public finds an article when it is published, at the API, at the replica and through GraphQL", async () => {
    const { id } = articleOf((await write(writer)).body);
    const replica = `${articles("sync")}/${id}`;
    const query = `{ article(id: ${id}) { title } articles(filter: { author: "Ada" }) { total } }`;
    await waitFor("the draft in DB2", async () => (await status(replica, reader)) === 200);
    expect([await status(`${articles("api")}/${id}`), await status(replica)]).toEqual([404, 404]);
    expect(await graphql(query)).toEqual({ data: { article: null, articles: { total: 0 } } });
    expect(await graphql(query, reader)).toMatchObject({ data: { article: { title: article.title } } });

    await call(`${articles("api")}/${id}/publish`, { method: "POST", headers: as(writer) });
    await waitFor("the published article in DB2", async () => (await status(replica)) === 200);
    expect(await graphql(query)).toEqual({ data: { article: { title: article.title }, articles: { total: 1 } } });
    expect((await call(articles("api"))).body).toMatchObject({ items: [{ id }], total: 1 });
  });

  test("nothing of a token or of the key is logged", () => {
    const logged = JSON.stringify(blog.log);
    for (const secret of [SECRET_KEY, reader, writer].map((text) => text.slice(-30))) expect(logged).not.toContain(secret);
  });
});
