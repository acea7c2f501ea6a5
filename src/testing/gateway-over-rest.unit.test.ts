import { describe, expect, test } from "bun:test";
import pino from "pino";
import { loadConfig } from "../config/load.ts";
import { createGatewayHandler } from "../gateway/handler.ts";
import { createAutomaticPersistedQueries } from "../gateway/persisted-queries.ts";
import { createRestClient } from "../gateway/rest-client.ts";
import { createRestHandler } from "../rest/rest-handler.ts";
import { createMemoryStore } from "./memory-store.ts";
import { openAccess } from "./open-access.ts";

/** The gateway over the real REST API in process, as in role `all`. */
function createGateway() {
  const log = pino({ level: "silent" });
  const store = createMemoryStore();
  const rest = createRestHandler({
    ...store,
    access: openAccess,
    writable: true,
    docs: false,
    now: () => new Date(),
    log,
  });
  const asked: string[] = [];
  const handle = createGatewayHandler({
    restClient: createRestClient({
      base_url: "http://in-process",
      fetch: (request) => {
        asked.push(`${request.method} ${new URL(request.url).pathname}`);
        return rest(request);
      },
      hooks: { onCall: () => {} },
    }),
    log,
    graphiql: true,
    introspection: true,
    limits: loadConfig({ env: {} }).gateway.limits,
    persisted: createAutomaticPersistedQueries(),
  });
  async function ask(query: string, variables?: unknown) {
    const body = JSON.stringify({ query, variables });
    const headers = { "content-type": "application/json" };
    return (await handle(new Request("http://gateway/graphql", { method: "POST", headers, body }))).json();
  }
  return { ask, asked };
}

const create = "mutation($input: ArticleInput!) { createArticle(input: $input) { id version status } }";
const input = { title: "Hello, world", content: "The first article.", author: "Ada", status: "PUBLISHED", tags: ["a"] };

test("written, read, listed, searched, changed and deleted", async () => {
  const { ask, asked } = createGateway();
  expect(await ask(create, { input })).toEqual({ data: { createArticle: { id: "1", version: 1, status: "PUBLISHED" } } });
  asked.length = 0;
  const read = await ask(`{
    a: article(id: 1) { title viewsCount publishedAt } b: article(id: 1) { tags } none: article(id: 2) { id }
    articles(perPage: 1, sort: "-createdAt", filter: { status: PUBLISHED, tag: "a" }) { total pages page perPage hasNextPage nextCursor items { id content } }
    searchArticles(query: "hello") { title }
  }`);
  expect(read).toMatchObject({
    data: {
      a: { title: input.title, publishedAt: expect.stringMatching(/Z$/) },
      b: { tags: ["a"] },
      none: null,
      articles: { total: 1, pages: 1, page: 1, perPage: 1, hasNextPage: false, nextCursor: null, items: [{ id: "1" }] },
      searchArticles: [{ title: input.title }],
    },
  });
  expect(asked.toSorted()).toEqual(["GET /api/v1/articles", "GET /api/v1/articles", "GET /api/v1/articles/search"]);
  expect(await ask('mutation { updateArticle(id: 1, input: { title: "U" }, ifVersion: 1) { version title } }')).toEqual({
    data: { updateArticle: { version: 2, title: "U" } },
  });
  expect(await ask("mutation { deleteArticle(id: 1, ifVersion: 2) }")).toEqual({ data: { deleteArticle: true } });
  expect(await ask("{ article(id: 1) { id } }")).toEqual({ data: { article: null } });
});

test("cursors lead through a list", async () => {
  const { ask } = createGateway();
  for (let n = 0; n < 5; n++) await ask(create, { input });
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const query =
      'query($cursor: String) { articles(perPage: 2, cursor: $cursor, sort: "createdAt") { items { id } nextCursor hasNextPage } }';
    const { data } = await ask(query, { cursor });
    ids.push(...data.articles.items.map(({ id }: { id: string }) => id));
    expect(data.articles.hasNextPage).toBe(data.articles.nextCursor !== null);
    cursor = data.articles.nextCursor;
  } while (cursor !== null);
  expect(ids).toEqual(["1", "2", "3", "4", "5"]);
});

describe("REST's refusals name GraphQL's arguments", () => {
  const refused: readonly (readonly [string, unknown, string, string])[] = [
    [create, { input: { ...input, title: "" } }, "VALIDATION_FAILED", "/input/title"],
    [create, { input: { ...input, title: "x".repeat(201) } }, "VALIDATION_FAILED", "/input/title"],
    [create, { input: { ...input, content: "\ud800" } }, "VALIDATION_FAILED", "/input/content"],
    [create, { input: { ...input, tags: ["a", "b", "a"] } }, "VALIDATION_FAILED", "/input/tags/2"],
    [create, { input: { ...input, category: null } }, "VALIDATION_FAILED", "/input/category"],
    ["{ articles(perPage: 0) { page } }", {}, "INVALID_PARAMETER", "/perPage"],
    ["{ articles(perPage: 101) { page } }", {}, "INVALID_PARAMETER", "/perPage"],
    ['{ articles(page: 1, cursor: "x") { page } }', {}, "INVALID_PARAMETER", "/cursor"],
    ['{ articles(sort: "nope") { page } }', {}, "INVALID_PARAMETER", "/sort"],
    ['{ articles(filter: { category: "" }) { page } }', {}, "INVALID_PARAMETER", "/filter/category"],
    ["query($q: String!) { searchArticles(query: $q) { id } }", { q: "x".repeat(501) }, "INVALID_PARAMETER", "/query"],
    ["query($q: String!) { searchArticles(query: $q) { id } }", { q: "\udc00" }, "INVALID_PARAMETER", "/query"],
  ];
  for (const [query, variables, code, pointer] of refused) {
    test(`${code} at ${pointer} of ${query.slice(0, 60)}`, async () => {
      const { errors } = await createGateway().ask(query, variables);
      expect(errors[0].extensions).toMatchObject({ code, errors: [{ pointer }] });
      expect(JSON.stringify(errors)).not.toMatch(/per_page|views_count|created_at|If-Match/);
    });
  }
});
