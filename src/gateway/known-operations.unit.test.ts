import { describe, expect, test } from "bun:test";
import { createGatewayUnderTest } from "./gateway-under-test.ts";

interface Sent {
  readonly what: string;
  readonly query: string;
  readonly variables?: unknown;
  readonly operationName?: string;
  readonly accept?: string;
  readonly method?: "GET" | "POST";
}

const article = "query A($id: ID!) { article(id: $id) { id title ...Dates } } fragment Dates on Article { createdAt }";
const two = "query A { article(id: 1) { id } } query B { article(id: 2) { title } }";

const requests: readonly Sent[] = [
  { what: "an article", query: article, variables: { id: "1" } },
  { what: "an article by GET", query: article, variables: { id: "1" }, method: "GET" },
  { what: "none", query: article, variables: { id: "999" } },
  { what: "an id that is none", query: article, variables: { id: "one" } },
  { what: "a variable that is missing", query: article },
  { what: "a variable that is missing, as it is told today", query: article, accept: "application/graphql-response+json" },
  { what: "a variable of another type", query: article, variables: { id: { a: 1 } } },
  { what: "a list", query: "{ articles(perPage: 2) { items { id status viewsCount } total nextCursor } }" },
  { what: "a page size that is refused", query: "{ articles(perPage: 1000) { items { id } } }" },
  {
    what: "more than is allowed",
    query:
      "{ articles(perPage: 100) { items { id title content author tags } total } a: articles(perPage: 100, page: 2) { items { content } } b: articles(perPage: 99) { items { content } } c: articles(perPage: 98) { items { content } } d: articles(perPage: 97) { items { content } } e: articles(perPage: 96) { items { content } } }",
  },
  {
    what: "a field skipped",
    query: "query Q($no: Boolean!) { article(id: 1) { id title @skip(if: $no) } }",
    variables: { no: true },
  },
  { what: "one of two operations", query: two, operationName: "B" },
  { what: "neither of two operations", query: two },
  { what: "an operation that is not there", query: two, operationName: "C" },
  { what: "introspection", query: "{ __schema { queryType { name } } __typename }" },
  { what: "a field that is not there", query: "{ article(id: 1) { colour } }" },
  { what: "no GraphQL", query: "{ article(" },
  { what: "a mutation by GET", query: "mutation { publishArticle(id: 1) { id } }", method: "GET" },
  { what: "a change of an article that is not there", query: "mutation { publishArticle(id: 999) { id } }" },
  { what: "an answer that nobody can read", query: article, variables: { id: "1" }, accept: "text/html" },
  { what: "an answer of either type", query: article, variables: { id: "1" }, accept: "application/graphql-response+json, */*" },
];

function requestOf({ query, variables, operationName, accept = "application/json", method = "POST" }: Sent): Request {
  const headers = { accept, "content-type": "application/json", "x-request-id": "r-1" };
  if (method === "POST") {
    return new Request("http://gateway/graphql", { method, headers, body: JSON.stringify({ query, variables, operationName }) });
  }
  const url = new URL("http://gateway/graphql");
  url.searchParams.set("query", query);
  if (variables !== undefined) url.searchParams.set("variables", JSON.stringify(variables));
  return new Request(url, { headers });
}

async function answerTo(handle: (request: Request) => Promise<Response>, sent: Sent) {
  const { status, headers, text } = await handle(requestOf(sent)).then(async (response) => ({
    status: response.status,
    headers: [...response.headers].filter(([name]) => name !== "content-length"),
    text: await response.text(),
  }));
  return { status, headers, text };
}

const creation: Sent = {
  what: "a new article",
  query: 'mutation { createArticle(input: { title: "t", content: "c", author: "a", status: PUBLISHED }) { id } }',
};

describe("an operation that is known is answered as when it was new", () => {
  for (const sent of requests) {
    test(sent.what, async () => {
      const { handle, operations } = createGatewayUnderTest();
      for (let n = 0; n < 3; n++) await answerTo(handle, creation);
      operations.length = 0;
      const first = await answerTo(handle, sent);
      const again = await answerTo(handle, sent);
      expect(again).toEqual(first);
      const [counted, counted_again] = operations;
      expect(counted_again).toBe(counted as string);
    });
  }

  test("also behind another operation of the same text: a mutation sent by POST is refused by GET", async () => {
    const { handle, rest } = createGatewayUnderTest();
    expect((await answerTo(handle, creation)).status).toBe(200);
    const calls = rest.calls.length;
    expect((await answerTo(handle, { ...creation, method: "GET" })).status).toBe(405);
    expect(rest.calls.length).toBe(calls);
  });
});
