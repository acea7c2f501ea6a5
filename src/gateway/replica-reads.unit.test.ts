import { describe, expect, test } from "bun:test";
import { createFakeRestApi } from "./fake-rest-api.ts";
import { createGatewayUnderTest } from "./gateway-under-test.ts";
import { createReplicaReads } from "./replica-reads.ts";
import { createRestClient } from "./rest-client.ts";

function createWithReplica({ lag_s = "1.5" }: { readonly lag_s?: string | null } = {}) {
  const primary = createFakeRestApi();
  const replica = createFakeRestApi();
  for (const api of [primary, replica]) api.add({ status: "published" });
  const fell: string[] = [];
  const hooks = { onCall: () => {} };
  const lagging = async (request: Request) => {
    const response = await replica.fetch(request);
    if (lag_s !== null) response.headers.set("blog-replica-lag-seconds", lag_s);
    return response;
  };
  const gateway = createGatewayUnderTest({
    restClient: createReplicaReads({
      primary: createRestClient({ base_url: "http://primary", fetch: primary.fetch, hooks }),
      replica: createRestClient({ base_url: "http://replica", fetch: lagging, hooks }),
      hooks: { onReadFromReplica: (reason) => fell.push(reason) },
    }),
  });
  return { ...gateway, primary, replica, fell };
}

const away = async () => new Response("", { status: 503 });
const queries = {
  article: "{ article(id: 1) { id } }",
  articles: "{ articles { items { id } } }",
  searchArticles: '{ searchArticles(query: "Title") { id } }',
};

describe("while the API cannot answer", () => {
  for (const [name, query] of Object.entries(queries)) {
    test(`${name} is read from the replica, and says so`, async () => {
      const { ask, primary, fell } = createWithReplica();
      primary.answerWith(away);
      const { body, headers } = await ask(query);
      expect(body.errors).toBeUndefined();
      expect(JSON.stringify(body.data)).toContain('"id":"1"');
      expect(body.extensions).toEqual({ stale: { reason: "unavailable", replica_lag_seconds: 1.5 } });
      expect(headers.get("blog-stale")).toBe("1");
      expect(fell).toEqual(["unavailable"]);
    });
  }

  test("an answer of a replica that does not know how far it is behind says so", async () => {
    const { ask, primary } = createWithReplica({ lag_s: null });
    primary.answerWith(away);
    const { body } = await ask(queries.article);
    expect(body.extensions).toEqual({ stale: { reason: "unavailable", replica_lag_seconds: null } });
  });

  test("a mutation fails fast, says when to ask again, and never reaches the replica", async () => {
    const { ask, primary, replica } = createWithReplica();
    primary.answerWith(() => Promise.reject(new TypeError("refused")));
    const { body, headers } = await ask("mutation { publishArticle(id: 1) { id } }");
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: "UNAVAILABLE", retryAfter: 1 });
    expect(headers.get("blog-stale")).toBeNull();
    expect(replica.calls).toEqual([]);
  });

  test("the replica has its share of the time when the API hangs", async () => {
    const { ask, primary } = createWithReplica();
    primary.answerWith(() => new Promise(() => {}));
    const { body } = await ask(queries.article, undefined, { "x-request-timeout-ms": "1500" });
    expect(body.extensions).toMatchObject({ stale: { reason: "timeout" } });
  });

  test("both away is one clear error", async () => {
    const { ask, primary, replica } = createWithReplica();
    for (const api of [primary, replica]) api.answerWith(away);
    const { body } = await ask(queries.articles);
    expect(body.errors?.[0]).toMatchObject({
      message: "Neither the API nor its replica can answer.",
      extensions: { code: "UNAVAILABLE", status: 503, retryAfter: 1 },
    });
    expect(body.extensions).toBeUndefined();
  });
});

test("a refusal of the API's is its answer: the replica is not asked", async () => {
  const { ask, replica } = createWithReplica();
  const { body, headers } = await ask('{ articles(sort: "nonsense") { page } }');
  expect(body.errors?.[0]?.extensions).toMatchObject({ code: "INVALID_PARAMETER" });
  expect(headers.get("blog-stale")).toBeNull();
  expect(replica.calls).toEqual([]);
});

test("fresh answers do not claim to be stale", async () => {
  const { ask } = createWithReplica();
  const { body, headers } = await ask(queries.article);
  expect(body.extensions).toBeUndefined();
  expect(headers.get("blog-stale")).toBeNull();
});
