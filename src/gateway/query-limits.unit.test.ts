import { describe, expect, test } from "bun:test";
import { getIntrospectionQuery } from "graphql";
import { createGatewayUnderTest, defaultLimits } from "./gateway-under-test.ts";

const { ask, rest } = createGatewayUnderTest();

const aliases = (count: number) => `{ ${Array.from({ length: count }, (_, n) => `a${n}: article(id: 1) { id }`).join(" ")} }`;
/** Sixteen fragments, each spreading the next one twice: 65,536 fields. */
const bomb = `{ article(id: 1) { ...F0 } } ${Array.from({ length: 16 }, (_, n) => `fragment F${n} on Article { ...F${n + 1} ...F${n + 1} }`).join(" ")} fragment F16 on Article { t: title }`;
const nested = (depth: number) => `{ article(id: 1) ${"{ ... on Article ".repeat(depth)} { id } ${"}".repeat(depth)} }`;

describe("a query over a limit never reaches the API, and is told limit, found and allowed", () => {
  const refused: readonly (readonly [string, string, number | string, number])[] = [
    ["aliases", aliases(31), 31, 30],
    ["aliases", bomb, 65_536, 30],
    ["tokens", `{ ${"__typename ".repeat(2_000)} }`, "more than 2000", 2_000],
    ["directives", `{ article(id: 1) { ${"id @skip(if: false) ".repeat(51)} } }`, 51, 50],
    [
      "cost",
      "{ articles(perPage: 100) { items { ...A } total } b: articles(perPage: 100, page: 2) { items { ...A } } c: articles(perPage: 100) { items { ...A } } } fragment A on Article { id content title author category tags status version createdAt updatedAt }",
      5_713,
      5_000,
    ],
    ["query_bytes", `{ __typename } #${"x".repeat(65_536)}`, 65_552, 65_536],
  ];
  for (const [limit, query, found, allowed] of refused) {
    test(`${limit} ${found}`, async () => {
      const { status, body } = await ask(query);
      expect(status).toBe(400);
      expect(body.data).toBeUndefined();
      expect(body.errors?.[0]?.extensions).toMatchObject({ code: "LIMIT_EXCEEDED", status: 400, limit, found, allowed });
      expect(body.errors?.[0]?.message).toContain(`${limit}: it has ${found}, allowed are ${allowed}`);
      expect(rest.calls).toEqual([]);
    });
  }

  test("values in the variables, at once and however they lie", async () => {
    const wide = Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`k${n}`, n]));
    const deep = JSON.parse(`${'{"a":'.repeat(3_000)}1${"}".repeat(3_000)}`);
    for (const input of [wide, deep, { tags: Array(2_001).fill("a") }]) {
      const { body } = await ask("mutation ($input: ArticleInput!) { createArticle(input: $input) { id } }", { input });
      const told = { code: "LIMIT_EXCEEDED", limit: "variables", found: "more than 2000", allowed: 2_000 };
      expect(body.errors?.map(({ extensions }) => extensions)).toMatchObject([told]);
    }
    expect(rest.calls).toEqual([]);
  });

  test("values in all of a body, before it is taken apart", async () => {
    for (const input of [Array(300_000).fill([]), Object.fromEntries(Array(300_000).fill(1).entries())]) {
      const { body } = await ask("mutation ($input: ArticleInput!) { createArticle(input: $input) { id } }", { input });
      const told = { code: "LIMIT_EXCEEDED", limit: "values", found: "more than 21000", allowed: 21_000 };
      expect(body.errors?.map(({ extensions }) => extensions)).toMatchObject([told]);
    }
  });

  test("what is quoted of wrong variables is cut", async () => {
    const input = { title: "x".repeat(1_000_000), ...Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`k${n}`, n])) };
    const { body } = await ask("mutation ($input: ArticleInput!) { createArticle(input: $input) { id } }", { input });
    expect(body.errors?.length).toBeLessThan(10);
    for (const { message } of body.errors ?? []) expect(message.length).toBeLessThan(600);
  });

  test("depth, also through fragments", async () => {
    const { handle: _, ...shallow } = createGatewayUnderTest({ limits: { ...defaultLimits, depth_max: 2 } });
    const { body } = await shallow.ask("{ articles { ...P } } fragment P on ArticleConnection { items { id } }");
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: "LIMIT_EXCEEDED", limit: "depth", found: 3, allowed: 2 });
    expect(shallow.rest.calls).toEqual([]);
  });

  test("requests at once: 503 with Retry-After, and a place comes free with each answer", async () => {
    const narrow = createGatewayUnderTest({ limits: { ...defaultLimits, concurrency_max: 1 } });
    const gate = Promise.withResolvers<Response>();
    narrow.rest.answerWith(() => gate.promise);
    const waiting = narrow.ask("{ article(id: 1) { id } }");
    const { status, headers, body } = await narrow.ask("{ __typename }");
    expect(status).toBe(503);
    expect(headers.get("retry-after")).toBe("1");
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: "LIMIT_EXCEEDED", limit: "concurrency", found: 2, allowed: 1 });
    gate.resolve(Response.json({ items: [], total: null, page: 1, per_page: 100, pages: null, next_cursor: null }));
    expect((await waiting).body).toEqual({ data: { article: null } });
    expect((await narrow.ask("{ __typename }")).status).toBe(200);
  });

  test("a cycle of fragments is refused by validation, and ends", async () => {
    const { body } = await ask("{ article(id: 1) { ...A } } fragment A on Article { ...B } fragment B on Article { ...A }");
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: "GRAPHQL_VALIDATION_FAILED" });
  });
});

describe("at its limits a query passes", () => {
  const passing: readonly (readonly [string, string])[] = [
    ["30 aliases", aliases(30)],
    ["inline fragments have no depth", nested(20)],
    ["50 directives", `{ article(id: 1) { ${"id @skip(if: false) ".repeat(50)} } }`],
    [
      "two pages of 100 whole articles",
      "{ articles(perPage: 100) { items { ...A } } b: articles(perPage: 100, page: 2) { items { ...A } } } fragment A on Article { id content title author category tags status viewsCount version createdAt updatedAt publishedAt }",
    ],
    ["GraphiQL's introspection", getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true })],
  ];
  for (const [name, query] of passing) {
    test(name, async () => expect((await ask(query)).body.errors).toBeUndefined());
  }
});
