import { describe, expect, test } from "bun:test";
import { createGatewayUnderTest } from "./gateway-under-test.ts";

const whole = "id title content author category tags status viewsCount version createdAt updatedAt publishedAt";

test("an article goes through its whole life", async () => {
  const { ask } = createGatewayUnderTest();
  const input = { title: "T", content: "c", author: "A", category: "x", tags: ["a", "b"], status: "DRAFT" };
  const created = await ask(`mutation($input: ArticleInput!) { createArticle(input: $input) { ${whole} } }`, { input });
  expect(created.body.data?.["createArticle"]).toMatchObject({ ...input, id: "1", version: 1, viewsCount: 0, publishedAt: null });
  const published = await ask("mutation { publishArticle(id: 1) { status version publishedAt } }");
  expect(published.body.data?.["publishArticle"]).toMatchObject({
    status: "PUBLISHED",
    version: 2,
    publishedAt: expect.any(String),
  });
  const updated = await ask(
    'mutation { updateArticle(id: 1, input: { status: ARCHIVED, title: "U" }, ifVersion: 2) { status title } }',
  );
  expect(updated.body.data).toEqual({ updateArticle: { status: "ARCHIVED", title: "U" } });
  const deleted = await ask("mutation { deleteArticle(id: 1, ifVersion: 3) }");
  expect(deleted.body).toEqual({ data: { deleteArticle: true } });
  expect((await ask("{ article(id: 1) { id } }")).body).toEqual({ data: { article: null } });
});

test("a page tells where it is and how to go on", async () => {
  const { ask, rest } = createGatewayUnderTest();
  for (let n = 0; n < 5; n++) rest.add();
  const fields = "items { id } total page perPage pages hasNextPage nextCursor";
  const first = await ask(`{ articles(page: 1, perPage: 3) { ${fields} } }`);
  expect(first.body.data?.["articles"]).toEqual({
    items: [{ id: "1" }, { id: "2" }, { id: "3" }],
    total: 5,
    page: 1,
    perPage: 3,
    pages: 2,
    hasNextPage: true,
    nextCursor: "3",
  });
  const last = await ask(`query($cursor: String) { articles(perPage: 3, page: null, cursor: $cursor) { ${fields} } }`, {
    cursor: "3",
  });
  expect(last.body.data?.["articles"]).toMatchObject({ page: null, hasNextPage: false, nextCursor: null });
});

test("filters and sort reach REST in its own words; null is the same as left out", async () => {
  const { ask, rest } = createGatewayUnderTest();
  await ask(
    '{ articles(filter: { status: PUBLISHED, category: "c", author: null, tag: "t" }, sort: "-viewsCount") { items { id } } }',
  );
  expect(rest.calls[0]?.query).toEqual({
    per_page: "10",
    sort: "-views_count",
    status: "published",
    category: "c",
    tag: "t",
    fields: "id",
    with_total: "false",
  });
});

describe("an id that is none never reaches REST", () => {
  for (const id of [
    "0",
    "-1",
    "1e3",
    "1.0",
    "abc",
    "",
    "007",
    "9007199254740992",
    "9223372036854775808",
    " 1",
    "x".repeat(1000),
  ]) {
    test(JSON.stringify(id.slice(0, 30)), async () => {
      const { ask, rest } = createGatewayUnderTest();
      const operations = [
        "query($id: ID!) { article(id: $id) { id } }",
        "mutation($id: ID!) { updateArticle(id: $id, input: {}) { id } }",
        "mutation($id: ID!) { deleteArticle(id: $id) }",
        "mutation($id: ID!) { publishArticle(id: $id) { id } }",
      ];
      for (const operation of operations) {
        const { body } = await ask(operation, { id });
        expect(body.errors?.[0]?.extensions).toMatchObject({
          code: "INVALID_PARAMETER",
          status: 400,
          errors: [{ pointer: "/id" }],
        });
        expect(body.errors?.[0]?.message.length).toBeLessThan(150);
      }
      expect(rest.calls).toEqual([]);
    });
  }

  test("the greatest id is one", async () => {
    const { ask } = createGatewayUnderTest();
    expect((await ask("{ article(id: 9007199254740991) { id } }")).body).toEqual({ data: { article: null } });
  });
});

describe("what does not exist", () => {
  for (const field of [
    'updateArticle(id: 7, input: { title: "x" }) { id }',
    "publishArticle(id: 7) { id }",
    "deleteArticle(id: 7)",
  ]) {
    test(`${field} is NOT_FOUND`, async () => {
      const { body } = await createGatewayUnderTest().ask(`mutation { ${field} }`);
      expect(body.data).toBeNull();
      expect(body.errors?.[0]).toMatchObject({
        message: "There is no article 7.",
        extensions: { code: "NOT_FOUND", status: 404 },
      });
    });
  }
});

describe("REST's refusals, in GraphQL's names", () => {
  const refused: readonly (readonly [string, string, number, string])[] = [
    [
      'mutation { createArticle(input: { title: "", content: "c", author: "a" }) { id } }',
      "VALIDATION_FAILED",
      422,
      "/input/title",
    ],
    [
      'mutation { createArticle(input: { title: "t", content: "c", author: "a", category: null }) { id } }',
      "VALIDATION_FAILED",
      422,
      "/input/category",
    ],
    [
      'mutation { createArticle(input: { title: "t", content: "c", author: "a", tags: ["ok", ""] }) { id } }',
      "VALIDATION_FAILED",
      422,
      "/input/tags/1",
    ],
    ["mutation { updateArticle(id: 1, input: { title: null }) { id } }", "VALIDATION_FAILED", 422, "/input/title"],
    ["{ articles(perPage: 101) { perPage } }", "INVALID_PARAMETER", 400, "/perPage"],
    ["{ articles(page: 0) { perPage } }", "INVALID_PARAMETER", 400, "/page"],
    ['{ articles(sort: "nonsense") { perPage } }', "INVALID_PARAMETER", 400, "/sort"],
    ["{ articles(perPage: null) { perPage } }", "VALIDATION_FAILED", 422, "/perPage"],
    ['{ searchArticles(query: "x", page: null) { id } }', "VALIDATION_FAILED", 422, "/page"],
    ["mutation { deleteArticle(id: 1, ifVersion: 0) }", "INVALID_PARAMETER", 400, "/ifVersion"],
  ];
  for (const [query, code, status, pointer] of refused) {
    test(`${query} at ${pointer}`, async () => {
      const { ask, rest } = createGatewayUnderTest();
      rest.add();
      const { body } = await ask(query);
      expect(body.errors?.[0]?.extensions).toMatchObject({ code, status, errors: [{ pointer }] });
      expect(JSON.stringify(body)).not.toMatch(/per_page|views_count/);
    });
  }

  test("a version that has moved on is PRECONDITION_FAILED", async () => {
    const { ask, rest } = createGatewayUnderTest();
    rest.add({ version: 4 });
    const { body } = await ask('mutation { updateArticle(id: 1, input: { title: "x" }, ifVersion: 3) { id } }');
    expect(body.errors?.[0]?.message).toStartWith('ifVersion is "3", but the article is at version 4.');
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: "PRECONDITION_FAILED", status: 412 });
  });

  test("an archived article is not published: CONFLICT", async () => {
    const { ask, rest } = createGatewayUnderTest();
    rest.add({ status: "archived" });
    const { body } = await ask("mutation { publishArticle(id: 1) { id } }");
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: "CONFLICT", status: 409 });
  });
});

describe("partial answers", () => {
  test("a failing article is null with its error, and the others stand", async () => {
    const { ask, rest } = createGatewayUnderTest();
    rest.add();
    const { status, body } = await ask("{ good: article(id: 1) { id } bad: article(id: 0) { id } }");
    expect(status).toBe(200);
    expect(body.data).toEqual({ good: { id: "1" }, bad: null });
    expect(body.errors?.map(({ path }) => path)).toEqual([["bad"]]);
  });

  test("a failing list nulls data", async () => {
    const { ask, rest } = createGatewayUnderTest();
    rest.add();
    const { body } = await ask('{ article(id: 1) { id } articles(sort: "nonsense") { perPage } }');
    expect(body.data).toBeNull();
  });
});
