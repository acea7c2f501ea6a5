import { expect, test } from "bun:test";
import { createGatewayUnderTest } from "./gateway-under-test.ts";

function withArticles(count: number) {
  const gateway = createGatewayUnderTest();
  for (let n = 0; n < count; n++) gateway.rest.add({ status: "published" });
  return gateway;
}

test("25 aliases of single articles are one call, for the union of their fields", async () => {
  const { ask, rest } = withArticles(25);
  const aliases = Array.from(
    { length: 25 },
    (_, n) => `a${n}: article(id: ${n + 1}) { ${n % 2 === 0 ? "title" : "viewsCount"} }`,
  );
  const { body } = await ask(`{ ${aliases.join(" ")} }`);
  expect(Object.keys(body.data ?? {})).toHaveLength(25);
  expect(rest.calls.map(({ query }) => query)).toEqual([
    {
      ids: Array.from({ length: 25 }, (_, n) => n + 1).join(","),
      fields: "id,title,views_count",
      per_page: "100",
      with_total: "false",
      count_views: "true",
    },
  ]);
});

test("an operation with singles, equal lists, other lists and searches makes one call for each that differs", async () => {
  const { ask, rest } = withArticles(3);
  await ask(`{
    one: article(id: 1) { id }
    same: articles(perPage: 2) { items { title } }
    again: articles(perPage: 2) { items { author } total }
    other: articles(perPage: 2, filter: { status: PUBLISHED }) { items { id } }
    found: searchArticles(query: "Title") { id }
    foundToo: searchArticles(query: "Title", page: 1) { title }
    two: article(id: 2) { id }
  }`);
  const summary = rest.calls.map(
    ({ path, query }) => `${path} ${query["ids"] ?? query["status"] ?? ""} ${query["fields"]} ${query["with_total"]}`,
  );
  expect(summary.toSorted()).toEqual([
    "/articles  id,title,author true",
    "/articles 1,2 id false",
    "/articles published id false",
    "/articles/search  id,title undefined",
  ]);
});

test("the same article asked for twice counts one view", async () => {
  const { ask, rest } = withArticles(1);
  await ask("{ a: article(id: 1) { id } b: article(id: 1) { viewsCount } }");
  expect(rest.articles.get(1)?.views_count).toBe(1);
});

test("a list counts no views, and fetches content only when it is selected", async () => {
  const { ask, rest } = withArticles(10);
  await ask("{ articles { items { id title } } }");
  await ask("{ articles { items { id title content } } }");
  const [lean, full] = rest.calls;
  expect(lean?.bytes).toBeLessThan(700);
  expect(full?.bytes).toBeGreaterThan(10_000);
  expect(rest.articles.get(1)?.views_count).toBe(0);
});

test("what @skip leaves out is not fetched", async () => {
  const { ask, rest } = withArticles(1);
  await ask("query($no: Boolean!) { articles { total @include(if: $no) items { id content @include(if: $no) } } }", {
    no: false,
  });
  expect(rest.calls[0]?.query).toMatchObject({ fields: "id", with_total: "false" });
});

test("pages alone is reason enough to count", async () => {
  const { ask, rest } = withArticles(11);
  const { body } = await ask("{ articles { pages } }");
  expect(body.data).toEqual({ articles: { pages: 2 } });
  expect(rest.calls[0]?.query["with_total"]).toBe("true");
});

test("__typename alone asks for ids alone", async () => {
  const { ask, rest } = withArticles(1);
  const { body } = await ask(
    "{ article(id: 1) { __typename } none: article(id: 2) { __typename } articles { __typename items { __typename } } }",
  );
  expect(body.data).toEqual({
    article: { __typename: "Article" },
    none: null,
    articles: { __typename: "ArticleConnection", items: [{ __typename: "Article" }] },
  });
  expect(rest.calls.map(({ query }) => query["fields"])).toEqual(["id", "id"]);
});

test("nothing is kept from one operation to the next, nor between operations of a batch", async () => {
  const { handle, rest } = withArticles(1);
  const query = "{ article(id: 1) { id } }";
  const body = JSON.stringify([{ query }, { query }]);
  const response = await handle(
    new Request("http://gateway/graphql", { method: "POST", headers: { "content-type": "application/json" }, body }),
  );
  expect(await response.text()).toBe('[{"data":{"article":{"id":"1"}}},{"data":{"article":{"id":"1"}}}]');
  expect(rest.articles.get(1)?.views_count).toBe(2);
});
