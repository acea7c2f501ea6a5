import { describe, expect, test } from "bun:test";
import { createGatewayUnderTest } from "./gateway-under-test.ts";

const query = "{ articles { items { id title status createdAt } } }";
const page = (item: Record<string, unknown>) => ({
  items: [item],
  total: null,
  page: 1,
  per_page: 10,
  pages: null,
  next_cursor: null,
});
const good = { id: 1, title: "t", status: "draft", created_at: "2026-11-23T09:30:00.000Z" };

describe("what cannot be serialised is masked, and logged with the request's id", () => {
  const broken: readonly (readonly [string, Record<string, unknown>])[] = [
    ["a status of which GraphQL knows nothing", { ...good, status: "secret-status" }],
    ["a date that is none", { ...good, created_at: "secret-date" }],
    ["a required field that is missing", { id: 1, status: "draft", created_at: good.created_at }],
    ["an object for text", { ...good, title: { secret: true } }],
  ];
  for (const [name, item] of broken) {
    test(name, async () => {
      const { ask, rest, logged } = createGatewayUnderTest();
      rest.answerWith(async () => Response.json(page(item)));
      const { status, body } = await ask(query, undefined, { "x-request-id": "r-1" });
      expect(status).toBe(200);
      expect(body.data).toBeNull();
      expect(body.errors?.[0]).toMatchObject({
        message: "Internal error",
        extensions: { code: "INTERNAL", status: 500, requestId: "r-1" },
      });
      expect(JSON.stringify(body)).not.toContain("secret");
      expect(logged).toMatchObject([{ request_id: "r-1", err: { message: expect.any(String) } }]);
    });
  }
});

test("the caller's own errors are not logged as faults of ours", async () => {
  const { ask, logged } = createGatewayUnderTest();
  for (const bad of ["{", "{ nope }", "{ article(id: 0) { id } }"]) await ask(bad);
  expect(logged).toEqual([]);
});

test("Retry-After comes through", async () => {
  const { ask, rest } = createGatewayUnderTest();
  rest.answerWith(async () => new Response("", { status: 503, headers: { "retry-after": "7" } }));
  const { body } = await ask(query);
  expect(body.errors?.[0]?.extensions).toMatchObject({ code: "UNAVAILABLE", status: 503, retryAfter: 7 });
});

test("text that does not parse is GRAPHQL_PARSE_FAILED, what does not fit the schema GRAPHQL_VALIDATION_FAILED", async () => {
  const { ask } = createGatewayUnderTest();
  const codes: unknown[] = [];
  for (const bad of ["{", "{ nope }", "query A { __typename } query B { __typename }", "query($a: Nope) { __typename }"]) {
    codes.push((await ask(bad)).body.errors?.[0]?.extensions["code"]);
  }
  expect(codes).toEqual(["GRAPHQL_PARSE_FAILED", ...Array(3).fill("GRAPHQL_VALIDATION_FAILED")]);
});

test("variables of the wrong type are refused before anything runs", async () => {
  const { ask, rest } = createGatewayUnderTest();
  const operation = "mutation($input: ArticleInput!) { createArticle(input: $input) { id } }";
  for (const input of [
    null,
    1,
    {},
    { title: 1, content: "c", author: "a" },
    { title: "t", content: "c", author: "a", status: "draft" },
    { title: "t", content: "c", author: "a", nope: 1 },
  ]) {
    const { status, body } = await ask(operation, { input });
    expect(status).toBe(400);
    expect(body.data).toBeUndefined();
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: "GRAPHQL_VALIDATION_FAILED" });
  }
  expect(rest.calls).toEqual([]);
});

test("an argument that a variable leaves null is the caller's fault", async () => {
  const { body } = await createGatewayUnderTest().ask('query($id: ID = "1") { article(id: $id) { id } }', { id: null });
  expect(body.errors?.[0]?.extensions).toMatchObject({ code: "GRAPHQL_VALIDATION_FAILED", status: 400 });
});
