import { describe, expect, test } from "bun:test";
import { createGatewayUnderTest } from "./gateway-under-test.ts";
import { createListedQueries } from "./persisted-queries.ts";

const query = "{ __typename }";
const sha256 = (text: string) => new Bun.CryptoHasher("sha256").update(text).digest("hex");
const named = (text: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: sha256(text) } } });

function gateway(texts?: readonly string[]) {
  const listed = texts && createListedQueries(new Map(texts.map((text) => [sha256(text), text])));
  const { handle, rest } = createGatewayUnderTest(listed && { persisted: listed });
  async function post(body: unknown, accept = "application/json") {
    const headers = { "content-type": "application/json", accept };
    const response = await handle(new Request("http://gateway/graphql", { method: "POST", headers, body: JSON.stringify(body) }));
    const { data, errors } = await response.json();
    return { status: response.status, data, code: errors?.[0]?.extensions.code, message: errors?.[0]?.message };
  }
  return { post, handle, rest };
}

const answered = { status: 200, data: { __typename: "Query" }, code: undefined, message: undefined };

describe("automatic persisted queries", () => {
  test("an unknown hash is asked for its text, and known from then on", async () => {
    const { post } = gateway();
    const unknown = { status: 200, code: "PERSISTED_QUERY_NOT_FOUND", message: "PersistedQueryNotFound" };
    expect(await post(named(query))).toMatchObject(unknown);
    expect(await post(named(query), "application/graphql-response+json")).toMatchObject({ ...unknown, status: 400 });
    expect(await post({ query, ...named(query) })).toEqual(answered);
    expect(await post(named(query))).toEqual(answered);
  });

  test("a known hash works over GET, where a mutation still does not run", async () => {
    const { post, handle, rest } = gateway();
    const mutation = "mutation { publishArticle(id: 1) { id } }";
    for (const text of [query, mutation]) await post({ query: text, ...named(text) });
    const calls = rest.calls.length;
    const get = (text: string) =>
      handle(new Request(`http://gateway/graphql?extensions=${encodeURIComponent(JSON.stringify(named(text).extensions))}`));
    expect(await (await get(query)).json()).toEqual({ data: { __typename: "Query" } });
    expect((await get(mutation)).status).toBe(405);
    expect(rest.calls.length).toBe(calls);
  });

  test("another text's hash is refused, and not kept", async () => {
    const { post } = gateway();
    expect(await post({ query, ...named("{ x }") })).toMatchObject({ status: 400, code: "INVALID_PARAMETER" });
    expect(await post(named("{ x }"))).toMatchObject({ code: "PERSISTED_QUERY_NOT_FOUND" });
  });

  for (const persistedQuery of ["x", 1, {}, { version: 2, sha256Hash: sha256(query) }, { version: 1, sha256Hash: "abc" }]) {
    test(`${JSON.stringify(persistedQuery)} is refused`, async () => {
      expect(await gateway().post({ extensions: { persistedQuery } })).toMatchObject({ status: 400, code: "INVALID_PARAMETER" });
    });
  }

  test("the least used text makes place for a new one", async () => {
    const { post } = gateway();
    for (let n = 0; n <= 1_000; n++) {
      const text = `{ a${n}: __typename }`;
      await post({ query: text, ...named(text) });
    }
    expect(await post(named("{ a0: __typename }"))).toMatchObject({ code: "PERSISTED_QUERY_NOT_FOUND" });
    expect(await post(named("{ a1000: __typename }"))).toMatchObject({ status: 200, data: { a1000: "Query" } });
  });
});

describe("only listed queries", () => {
  test("run by hash and by text", async () => {
    const { post } = gateway([query]);
    expect(await post(named(query))).toEqual(answered);
    expect(await post({ query })).toEqual(answered);
    expect(await post({ query, ...named(query) })).toEqual(answered);
  });

  test("any other is refused before anything runs, also when it comes with a hash", async () => {
    const { post, rest } = gateway([query]);
    const other = "{ article(id: 1) { id } }";
    expect(await post({ query: other })).toMatchObject({ status: 403, code: "FORBIDDEN" });
    expect(await post({ query: other, ...named(other) })).toMatchObject({ status: 403, code: "FORBIDDEN" });
    expect(await post({ query: other, ...named(query) })).toMatchObject({ status: 403, code: "FORBIDDEN" });
    expect(await post(named(other))).toMatchObject({ code: "PERSISTED_QUERY_NOT_FOUND" });
    expect(rest.calls).toEqual([]);
  });
});
