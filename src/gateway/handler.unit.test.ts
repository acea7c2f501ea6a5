import { describe, expect, test } from "bun:test";
import { contextOf } from "../platform/request-context.ts";
import { waitFor } from "../testing/wait-for.ts";
import { createGatewayUnderTest } from "./gateway-under-test.ts";

const url = "http://gateway/graphql";
const json = { "content-type": "application/json" };
const post = (body: BodyInit, headers: Record<string, string> = json) => new Request(url, { method: "POST", headers, body });
const create = 'mutation { createArticle(input: { title: "t", content: "c", author: "a" }) { id } }';

async function firstError(response: Response) {
  const body = await response.json();
  return { status: response.status, code: body.errors?.[0]?.extensions?.code };
}

describe("a POST that a browser sends to other sites without asking is refused", () => {
  const body = new TextEncoder().encode(JSON.stringify({ query: create }));
  const types = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/graphql",
    "",
    "text/plain; application/json",
  ];
  for (const type of types) {
    test(JSON.stringify(type), async () => {
      const { handle, rest } = createGatewayUnderTest();
      const response = await handle(post(body, type === "" ? {} : { "content-type": type }));
      expect(await firstError(response)).toEqual({ status: 415, code: "UNSUPPORTED_MEDIA_TYPE" });
      expect(rest.calls).toEqual([]);
    });
  }

  test("and so is a mutation from a page whose name leads here, where anyone may write; it may read", async () => {
    const headers = { origin: "http://evil.example:4000", "sec-fetch-site": "same-origin" };
    const { ask, rest } = createGatewayUnderTest();
    const refused = { errors: [{ extensions: { code: "FORBIDDEN", status: 403 } }] };
    // The first time through yoga, then by the short way.
    for (let n = 0; n < 2; n++) expect((await ask(create, undefined, headers)).body).toMatchObject(refused);
    expect(rest.calls).toEqual([]);
    expect((await ask("{ articles { perPage } }", undefined, headers)).body.data).toEqual({ articles: { perPage: 10 } });
    for (const allowed of [{ cors_origins: ["http://evil.example:4000"] }, { open_writes: false }]) {
      expect((await createGatewayUnderTest(allowed).ask(create, undefined, headers)).body.errors).toBeUndefined();
    }
  });

  test("and no answer allows another site anything", async () => {
    const { handle } = createGatewayUnderTest();
    const preflight = await handle(new Request(url, { method: "OPTIONS", headers: { origin: "https://elsewhere.example" } }));
    const answer = await handle(post(body, { ...json, origin: "https://elsewhere.example" }));
    for (const { headers } of [preflight, answer]) expect(headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("methods", () => {
  test("GET queries", async () => {
    const { handle } = createGatewayUnderTest();
    const query = new URLSearchParams({
      query: "query Q($id: ID!) { article(id: $id) { id } }",
      variables: '{"id":1}',
      operationName: "Q",
    });
    const response = await handle(new Request(`${url}?${query}`));
    expect(await response.json()).toEqual({ data: { article: null } });
  });

  test("GET does not change anything: 405, Allow: POST", async () => {
    const { handle, rest } = createGatewayUnderTest();
    const response = await handle(new Request(`${url}?query=${encodeURIComponent(create)}`));
    expect(response.headers.get("allow")).toBe("POST");
    expect(await firstError(response)).toEqual({ status: 405, code: "METHOD_NOT_ALLOWED" });
    expect(rest.calls).toEqual([]);
  });

  test("other methods of the paths that every port has are not allowed", async () => {
    const { handle } = createGatewayUnderTest();
    for (const path of ["/metrics", "/api/v1/health", "/api/v1/health/live", "/api/v1/health/ready"]) {
      const [posted, asked] = await Promise.all(
        ["POST", "OPTIONS"].map((method) => handle(new Request(`http://gateway${path}`, { method }))),
      );
      expect([posted?.status, posted?.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
      expect([asked?.status, asked?.headers.get("allow")]).toEqual([204, "GET, HEAD"]);
    }
  });

  test("HEAD is GET without its body", async () => {
    const { handle } = createGatewayUnderTest();
    const response = await handle(new Request(`${url}?query={__typename}`, { method: "HEAD" }));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toStartWith("application/json");
    expect(response.headers.get("content-length")).toBe(String('{"data":{"__typename":"Query"}}'.length));
    expect(await response.text()).toBe("");
  });

  test("HEAD of the page is GET of the page without its body", async () => {
    const { handle } = createGatewayUnderTest();
    const ask = (method: string) => handle(new Request(url, { method, headers: { accept: "text/html" } }));
    const [page, head] = [await ask("GET"), await ask("HEAD")];
    const { byteLength } = await page.bytes();
    expect([head.status, head.headers.get("content-type")]).toEqual([200, page.headers.get("content-type")]);
    expect([head.headers.get("content-length"), await head.text()]).toEqual([String(byteLength), ""]);
  });

  test("OPTIONS and others say what is allowed", async () => {
    const { handle } = createGatewayUnderTest();
    const answers = await Promise.all(["OPTIONS", "PUT", "DELETE"].map((method) => handle(new Request(url, { method }))));
    expect(answers.map(({ status }) => status)).toEqual([204, 405, 405]);
    expect(answers.map(({ headers }) => headers.get("allow"))).toEqual(Array(3).fill("GET, HEAD, POST, OPTIONS"));
  });
});

describe("requests that are none", () => {
  const bad: readonly (readonly [string, BodyInit, number, string])[] = [
    ["half of JSON", '{"query":', 400, "MALFORMED_JSON"],
    ["nothing", "", 400, "MALFORMED_JSON"],
    ["no UTF-8", new Uint8Array([0x7b, 0xff]), 400, "MALFORMED_JSON"],
    ["text", '"{ __typename }"', 400, "INVALID_PARAMETER"],
    ["null", "null", 400, "INVALID_PARAMETER"],
    ["no query", "{}", 400, "INVALID_PARAMETER"],
    ["an empty query", '{"query":""}', 400, "INVALID_PARAMETER"],
    ["an unknown parameter", '{"query":"{ __typename }","quer":1}', 400, "INVALID_PARAMETER"],
    ["variables that are a list", '{"query":"{ __typename }","variables":[]}', 400, "INVALID_PARAMETER"],
    [
      "an operation name of another document",
      '{"query":"query A { __typename }","operationName":"B"}',
      200,
      "GRAPHQL_VALIDATION_FAILED",
    ],
    ["an empty batch", "[]", 400, "INVALID_PARAMETER"],
    ["a batch of eleven", JSON.stringify(Array(11).fill({ query: "{ __typename }" })), 200, "LIMIT_EXCEEDED"],
    [
      "more than 7 MiB",
      JSON.stringify({ query: "{ __typename }", variables: { x: "x".repeat(7 * 1_048_576) } }),
      413,
      "PAYLOAD_TOO_LARGE",
    ],
  ];
  for (const [name, body, status, code] of bad) {
    test(`${name}: ${status} ${code}`, async () => {
      expect(await firstError(await createGatewayUnderTest().handle(post(body)))).toEqual({ status, code });
    });
  }

  test("a body that does not tell its length is counted as it comes", async () => {
    const { handle } = createGatewayUnderTest();
    const chunk = new Uint8Array(1_048_576);
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(sent++ < 100 ? chunk : new Uint8Array(0)),
    });
    expect(await firstError(await handle(post(endless)))).toEqual({ status: 413, code: "PAYLOAD_TOO_LARGE" });
    expect(sent).toBeLessThan(20);
  });

  test("variables in a URL that are no JSON, and a parameter given twice", async () => {
    const { handle } = createGatewayUnderTest();
    const malformed = await handle(new Request(`${url}?query={__typename}&variables={`));
    expect(await firstError(malformed)).toEqual({ status: 400, code: "MALFORMED_JSON" });
    const twice = await handle(new Request(`${url}?query={__typename}&query={__typename}`));
    expect(await firstError(twice)).toEqual({ status: 400, code: "INVALID_PARAMETER" });
  });

  test("nothing acceptable: 406, and a mutation does not run", async () => {
    const { handle, rest } = createGatewayUnderTest();
    const response = await handle(post(JSON.stringify({ query: create }), { ...json, accept: "image/png" }));
    expect(await firstError(response)).toEqual({ status: 406, code: "NOT_ACCEPTABLE" });
    expect(rest.calls).toEqual([]);
  });

  test("an article of 1 MiB passes, every character of it escaped", async () => {
    const { handle, rest } = createGatewayUnderTest();
    const content = "\u0001".repeat(1_048_576);
    const query = "mutation($input: ArticleInput!) { createArticle(input: $input) { version } }";
    const response = await handle(post(JSON.stringify({ query, variables: { input: { title: "t", content, author: "a" } } })));
    expect(await response.json()).toEqual({ data: { createArticle: { version: 1 } } });
    expect(rest.articles.get(1)?.content).toBe(content);
  });
});

describe("around /graphql", () => {
  test("elsewhere there is nothing: a problem document", async () => {
    const { handle } = createGatewayUnderTest();
    const response = await handle(new Request("http://gateway/elsewhere", { headers: { "x-request-id": "r-2" } }));
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ status: 404, code: "not_found", instance: "/elsewhere", request_id: "r-2" });
  });

  test.each(["http://gateway.example:4000", "http://g", "https://gateway.example", "https://g"])(
    "the path is found behind %s",
    async (host) => {
      const { handle } = createGatewayUnderTest();
      expect((await handle(new Request(`${host}/graphql?query={__typename}`))).status).toBe(200);
    },
  );

  test("a host that is none is refused, and not handed on to what would choke on it", async () => {
    const { handle } = createGatewayUnderTest();
    const request = Object.defineProperty(new Request("http://x"), "url", { value: "http://%%%/graphql?query={__typename}" });
    expect((await handle(request)).status).toBe(400);
  });

  test("the endpoint is named for the metrics", async () => {
    const { handle } = createGatewayUnderTest();
    const request = new Request(`${url}?query={__typename}`);
    await handle(request);
    expect(contextOf(request).endpoint).toBe("/graphql");
  });

  test("every operation is counted once, by type and result", async () => {
    const { ask, operations, rest } = createGatewayUnderTest();
    rest.add();
    const queries = [
      "{ article(id: 1) { id } }",
      "{ article(id: 0) { id } }",
      "{ articles(page: 0) { page } }",
      "{ nope }",
      "{",
      create,
    ];
    for (const query of queries) await ask(query);
    expect(operations).toEqual(["query ok", "query partial", "query error", "query refused", "unknown refused", "mutation ok"]);
  });

  test("what the caller could not help counts as failed, a refusal of the API's does not", async () => {
    const { ask, operations, rest } = createGatewayUnderTest();
    await ask("mutation { publishArticle(id: 404) { id } }");
    rest.answerWith(async () => Response.json({ code: "unavailable" }, { status: 503 }));
    await ask("{ articles { items { id } } }");
    await ask(create);
    rest.answerWith(async () => Response.json({ items: "none" }));
    await ask("{ one: __typename articles { items { id } } }");
    expect(operations).toEqual(["mutation error", "query failed", "mutation failed", "query failed"]);
  });

  test("a caller who has left is no failure", async () => {
    const { handle, operations, rest } = createGatewayUnderTest();
    const caller = new AbortController();
    rest.answerWith(async () => {
      caller.abort();
      return Response.json({ code: "unavailable" }, { status: 503 });
    });
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ query: "{ articles { items { id } } }" });
    await handle(new Request(url, { method: "POST", headers, body, signal: caller.signal })).catch(() => undefined);
    await waitFor("the operation to be counted", () => operations.length > 0);
    expect(operations).toEqual(["query error"]);
  });
});

describe("development and production", () => {
  const page = new Request(url, { headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8", "accept-encoding": "gzip" } });

  test("GraphiQL is one page with examples, that may load nothing from elsewhere", async () => {
    const { handle } = createGatewayUnderTest();
    const response = await handle(page.clone());
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const policy = response.headers.get("content-security-policy")?.split("; ") ?? [];
    expect(policy).toContainValues(["default-src 'none'", "frame-ancestors 'none'"]);
    // No script but the page's own, not even one that somebody gets into the page.
    expect(policy.find((directive) => directive.startsWith("script-src"))).toMatch(/^script-src 'sha256-[\w+/]{43}='$/);
    const html = new TextDecoder().decode(Bun.gunzipSync(await response.bytes()));
    expect(html).toContain("mutation CreateArticle");
    expect(html).not.toMatch(/(src|href)="https?:/);
    const script = html.slice(html.indexOf("<script>") + "<script>".length, html.lastIndexOf("</script>"));
    // Throws where the script does not parse.
    expect(new Bun.Transpiler({ loader: "js" }).scan(script).exports).toEqual([]);
  });

  test("production has neither GraphiQL nor introspection, unless it is allowed", async () => {
    const production = createGatewayUnderTest({ graphiql: false, introspection: false });
    expect((await production.handle(page.clone())).headers.get("content-type")).toStartWith("application/json");
    const introspection = "{ __schema { queryType { name } } }";
    expect((await production.ask(introspection)).body.errors?.[0]?.extensions).toMatchObject({
      code: "GRAPHQL_VALIDATION_FAILED",
    });
    const allowed = createGatewayUnderTest({ graphiql: false, introspection: true });
    expect((await allowed.ask(introspection)).body.errors).toBeUndefined();
  });
});
