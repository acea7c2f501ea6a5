import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Article } from "../article/article.ts";
import { createLog } from "../platform/log.ts";
import { createArticleReads } from "../store/article-reads.ts";
import { createArticleWrites } from "../store/article-writes.ts";
import type { Database } from "../store/database.ts";
import { createIdempotencyKeys } from "../store/idempotency-keys.ts";
import { createViewCounts } from "../store/view-counts.ts";
import { openAccess } from "../testing/open-access.ts";
import { createRestCaller, type Reply, type RestCaller, validInput } from "../testing/rest-fixture.ts";
import { describeWith, postgres } from "../testing/services.ts";
import { openPgliteStore, openPostgresStore, type TestStore } from "../testing/stores.ts";
import { encodeCursor } from "./cursor.ts";
import { createRestHandler } from "./rest-handler.ts";

describeWith([postgres], "REST on PostgreSQL", () => {
  restOverStore(() => openPostgresStore("primary", 2));
});
describe("REST on PGlite", () => {
  restOverStore(() => openPgliteStore("primary"));
});

type Store = TestStore & { readonly others?: readonly Database[] };

function restOverStore(open: () => Promise<Store>): void {
  let store: Store;
  let call: RestCaller;
  /** The same articles through another process, where the database takes one. */
  let callOther: RestCaller;
  let flush: () => Promise<void>;

  beforeAll(async () => {
    store = await open();
    const api = createApi(store.database);
    ({ call, flush } = api);
    const [other] = store.others ?? [];
    callOther = other === undefined ? call : createApi(other).call;
  });
  afterAll(() => store[Symbol.asyncDispose]());

  const create = async (input: object = {}) => {
    const reply = await call("POST", "/api/v1/articles", { body: { ...validInput, ...input } });
    expect([reply.status, reply.text.slice(0, 300)]).toEqual([201, reply.text.slice(0, 300)]);
    return articleOf(reply);
  };
  const read = async (id: number) => articleOf(await call("GET", `/api/v1/articles/${id}`));

  test("what a write demands is judged by the article that it changes, under a key too", async () => {
    const { id } = await create();
    const path = `/api/v1/articles/${id}`;
    const write = (method: string, headers: Record<string, string>, body?: object) =>
      call(method, path, { headers: { ...headers, "idempotency-key": crypto.randomUUID() }, ...(body && { body }) });
    const several = Array.from({ length: 12 }, (_, n) => write("PATCH", { "if-none-match": '"99"' }, { title: `Title ${n}` }));
    expect(new Set((await Promise.all(several)).map(({ status }) => status))).toEqual(new Set([200]));
    expect((await read(id)).version).toBe(13);
    expect((await write("PATCH", { "if-none-match": '"13"' }, { title: "No" })).status).toBe(412);
    expect((await write("DELETE", { "if-none-match": "*" })).status).toBe(412);
    const long_ago = { "if-unmodified-since": "Mon, 01 Jan 2001 00:00:00 GMT" };
    expect((await write("DELETE", long_ago)).status).toBe(412);
    expect((await call("DELETE", path, { headers: long_ago })).status).toBe(412);
    const changed = (await call("GET", path)).headers.get("last-modified") ?? "";
    expect((await call("DELETE", path, { headers: { "if-unmodified-since": changed } })).status).toBe(204);
  });

  test("an article is written, read, changed, found and deleted", async () => {
    const { id } = await create({ title: "Réplication élégante", category: "engineering", tags: ["kafka", "a,b"] });
    expect(await read(id)).toMatchObject({
      title: "Réplication élégante",
      tags: ["kafka", "a,b"],
      version: 1,
      published_at: null,
    });
    expect((await call("POST", `/api/v1/articles/${id}/publish`)).json).toMatchObject({ status: "published", version: 2 });
    const found = await call("GET", "/api/v1/articles/search?q=replications+ELEGANTE&fields=id");
    expect(found.json).toMatchObject({ items: [{ id }], total: 1 });
    const removed = await call("DELETE", `/api/v1/articles/${id}`, { headers: { "if-match": '"2"' } });
    expect([removed.status, removed.headers.get("etag")]).toEqual([204, '"3"']);
    expect((await call("GET", `/api/v1/articles/${id}`)).status).toBe(404);
  });

  test("every sort and direction visits each article once by cursor, also through missing dates", async () => {
    const author = "Cursor";
    for (let n = 0; n < 7; n++)
      await create({ author, title: `${["b", "a", "é", "B"][n % 4]}`, status: n % 3 === 0 ? "published" : "draft" });
    for (const field of ["created_at", "updated_at", "published_at", "title", "views_count"]) {
      for (const sort of [field, `-${field}`]) {
        const query = `author=${author}&sort=${sort}`;
        const all = articlesOf(await call("GET", `/api/v1/articles?${query}&per_page=100`)).map(({ id }) => id);
        const visited: number[] = [];
        let cursor: string | null = "";
        while (cursor !== null) {
          const reply: Reply = await call("GET", `/api/v1/articles?${query}&per_page=2${cursor && `&cursor=${cursor}`}`);
          expect(reply.json).toMatchObject({ total: 7 });
          visited.push(...articlesOf(reply).map(({ id }) => id));
          cursor = (reply.json as { next_cursor: string | null }).next_cursor;
        }
        expect([sort, visited]).toEqual([sort, all]);
        expect(new Set(visited).size).toBe(7);
      }
    }
  });

  test("a forged cursor with a good checksum is no failure of the database", async () => {
    const scope = { sort: { field: "created_at", descending: true }, filter: {} } as const;
    for (const value of ["0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"]) {
      const cursor = encodeCursor({ value, id: Number.MAX_SAFE_INTEGER }, scope);
      expect((await call("GET", `/api/v1/articles?cursor=${cursor}`)).status).toBe(200);
    }
  });

  test("what looks like SQL or a query language is only text", async () => {
    const hostile = [
      "'; DROP TABLE articles; --",
      "a' OR '1'='1",
      "$1",
      "\\",
      "%",
      "_",
      "{a,b}",
      '"',
      "a & | ! ( ) : * <->",
      "'",
    ];
    for (const text of hostile) {
      const { id } = await create({ title: text, category: text, author: text, tags: [text] });
      const value = encodeURIComponent(text);
      const reply = await call("GET", `/api/v1/articles?category=${value}&author=${value}&tag=${value}`);
      expect(articlesOf(reply).map((article) => article.id)).toEqual([id]);
      expect((await call("GET", `/api/v1/articles/search?q=${value}`)).status).toBe(200);
    }
  });

  test("pages far behind the end are empty", async () => {
    const reply = await call("GET", "/api/v1/articles?page=2147483647&per_page=100");
    expect([reply.status, articlesOf(reply)]).toEqual([200, []]);
    expect((await call("GET", "/api/v1/articles/search?q=first&page=2147483647&per_page=100")).status).toBe(200);
    expect((await call("GET", "/api/v1/articles/9007199254740991")).status).toBe(404);
    expect(articlesOf(await call("GET", "/api/v1/articles?ids=9007199254740991"))).toEqual([]);
  });

  test("of two concurrent changes with one If-Match exactly one wins", async () => {
    const { id } = await create();
    const change = (caller: RestCaller, title: string) =>
      caller("PATCH", `/api/v1/articles/${id}`, { body: { title }, headers: { "if-match": '"1"' } });
    const replies = await Promise.all([change(call, "A"), change(callOther, "B")]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect((await read(id)).version).toBe(2);
  });

  test("ten concurrent changes without If-Match all get through, each with a version of its own", async () => {
    const { id } = await create();
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        (n % 2 ? call : callOther)("PATCH", `/api/v1/articles/${id}`, { body: { title: `Title ${n}` } }),
      ),
    );
    expect(replies.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(replies.map((reply) => articleOf(reply).version).sort((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  test("one idempotency key used twice at once writes once, in one process and in two", async () => {
    for (const [key, second] of [
      ["once", call],
      ["twice", callOther],
    ] as const) {
      const request = { body: { ...validInput, author: key }, headers: { "idempotency-key": key } };
      const replies = await Promise.all([call("POST", "/api/v1/articles", request), second("POST", "/api/v1/articles", request)]);
      const statuses = replies.map(({ status }) => status).sort();
      expect(["201,201", "201,409"]).toContain(statuses.join());
      const again = await second("POST", "/api/v1/articles", request);
      const first = replies.find(({ status }) => status === 201);
      expect([again.status, again.text, again.headers.get("location")]).toEqual([
        201,
        String(first?.text),
        String(first?.headers.get("location")),
      ]);
      expect((await call("GET", `/api/v1/articles?author=${key}`)).json).toMatchObject({ total: 1 });
    }
  });

  test("a kept refusal and a DELETE are answered again after the article has gone", async () => {
    const { id } = await create();
    const send = (method: string, key: string, body?: object, ifMatch = '"1"') =>
      call(method, `/api/v1/articles/${id}`, { body, headers: { "idempotency-key": key, "if-match": ifMatch } });
    const refused = await send("PUT", "refused", { title: "" });
    expect(refused.status).toBe(422);
    const stale = await send("PATCH", "stale", { title: "New" }, '"9"');
    expect(stale.status).toBe(412);
    expect((await send("DELETE", "gone")).status).toBe(204);
    expect([(await send("PUT", "refused", { title: "" })).text, (await send("DELETE", "gone")).status]).toEqual([
      refused.text,
      204,
    ]);
    expect((await send("PATCH", "stale", { title: "New" }, '"9"')).text).toBe(stale.text);
  });

  test("views of published articles are counted, and change no version", async () => {
    const { id } = await create({ status: "published" });
    await call("GET", `/api/v1/articles/${id}`);
    await call("GET", `/api/v1/articles/${id}`, { headers: { "if-none-match": '"1"' } });
    await call("GET", `/api/v1/articles?ids=${id}&count_views=true`);
    await flush();
    expect((await call("GET", `/api/v1/articles?ids=${id}`)).json).toMatchObject({ items: [{ views_count: 3, version: 1 }] });
  });

  const words = Array.from({ length: 90_000 }, (_, n) => `word${n.toString(36)}`).join(" ");
  test.each([
    ["quotes", '"'.repeat(1_048_576)],
    ["control characters", "\u0001".repeat(1_048_576)],
    ["distinct words", words.slice(0, 1_048_576)],
    ["characters outside the basic plane", "😀".repeat(262_144)],
  ])("an article of 1 MiB of %s is written, read and found", async (name, content) => {
    const { id } = await create({ title: `Largest ${name}`, content });
    expect((await read(id)).content === content).toBe(true);
    const found = await call("GET", `/api/v1/articles/search?q=${encodeURIComponent(`"largest ${name}"`)}&fields=id`);
    expect(found.json).toMatchObject({ items: [{ id }] });
  });
}

function createApi(database: Database) {
  const reads = createArticleReads({ database, dialect: "primary" });
  const views = createViewCounts({ database });
  const handler = createRestHandler({
    reads,
    writes: createArticleWrites({ database, reads }),
    idempotency: createIdempotencyKeys({ database, ttl_hours: 24 }),
    views,
    now: () => new Date(),
    log: createLog({ level: "warn", format: "json" }),
    access: openAccess,
    writable: true,
    docs: false,
  });
  return { call: createRestCaller(handler), flush: () => views.flush() };
}

function articleOf({ json }: Reply): Article {
  return json as Article;
}

function articlesOf({ json }: Reply): readonly Article[] {
  return (json as { items: readonly Article[] }).items;
}
