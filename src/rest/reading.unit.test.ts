import { beforeEach, describe, expect, test } from "bun:test";
import type { Article } from "../article/article.ts";
import { createRestFixture, type Reply, type RestFixture, validInput } from "../testing/rest-fixture.ts";

let fixture: RestFixture;
const call: RestFixture["call"] = (...request) => fixture.call(...request);

interface List {
  readonly items: readonly Partial<Article>[];
  readonly total: number | null;
  readonly page: number | null;
  readonly per_page: number;
  readonly pages: number | null;
  readonly next_cursor: string | null;
}

const listOf = (reply: Reply) => reply.json as List;
const idsOf = (reply: Reply) => listOf(reply).items.map(({ id }) => id);

/** Links by relation, checked to be well formed. */
function linksOf({ headers }: Reply): Record<string, string> {
  const links = (headers.get("link") ?? "").split(/, (?=<)/).filter((link) => link !== "");
  return Object.fromEntries(
    links.map((link) => {
      const match = /^<([!-;=?-~]*)>; rel="(first|prev|next|last)"$/.exec(link);
      expect([link, match !== null]).toEqual([link, true]);
      return [String(match?.[2]), String(match?.[1])];
    }),
  );
}

async function write(count: number, input: object = {}): Promise<void> {
  for (let n = 1; n <= count; n++) {
    expect((await call("POST", "/api/v1/articles", { body: { ...validInput, title: `Article ${n}`, ...input } })).status).toBe(
      201,
    );
  }
}

beforeEach(() => {
  fixture = createRestFixture();
});

describe("reading one article", () => {
  beforeEach(() => write(1, { status: "published" }));

  test("answers it with its version as ETag", async () => {
    const reply = await call("GET", "/api/v1/articles/1");
    expect(reply.status).toBe(200);
    expect(reply.json).toMatchObject({ id: 1, title: "Article 1", version: 1 });
    expect(reply.headers.get("etag")).toBe('"1"');
    expect(reply.headers.get("last-modified")).toBe("Mon, 23 Nov 2026 09:30:00 GMT");
    expect(reply.headers.get("cache-control")).toBe("no-cache");
    expect(reply.headers.get("content-type")).toBe("application/json; charset=utf-8");
  });

  test.each([
    [{ "if-none-match": '"1"' }, 304],
    [{ "if-none-match": 'W/"1"' }, 304],
    [{ "if-none-match": '"7", W/"1" , "9"' }, 304],
    [{ "if-none-match": "*" }, 304],
    [{ "if-none-match": '"2"' }, 200],
    [{ "if-none-match": "1" }, 200],
    [{ "if-none-match": '"1' }, 200],
    [{ "if-modified-since": "Mon, 23 Nov 2026 09:30:00 GMT" }, 304],
    [{ "if-modified-since": "Mon, 23 Nov 2026 09:29:59 GMT" }, 200],
    [{ "if-modified-since": "2026-11-23" }, 200],
    [{ "if-none-match": '"2"', "if-modified-since": "Mon, 23 Nov 2026 09:30:00 GMT" }, 200],
    [{ "if-match": '"7", "1"' }, 200],
    [{ "if-match": "*", "if-none-match": '"1"' }, 304],
    [{ "if-unmodified-since": "Mon, 23 Nov 2026 09:30:00 GMT" }, 200],
  ])("under %j answers %i", async (headers, status) => {
    const reply = await call("GET", "/api/v1/articles/1", { headers });
    expect(reply.status).toBe(status);
    expect(reply.headers.get("etag")).toBe('"1"');
    expect(reply.text === "").toBe(status === 304);
  });

  test.each([
    [{ "if-match": '"7"' }],
    [{ "if-match": 'W/"1"' }],
    [{ "if-match": '"7"', "if-none-match": '"1"' }],
    [{ "if-unmodified-since": "Mon, 23 Nov 2026 09:29:59 GMT" }],
  ])("under %j is 412", async (headers) => {
    const reply = await call("GET", "/api/v1/articles/1", { headers });
    expect([reply.status, reply.json]).toMatchObject([412, { code: "precondition_failed" }]);
  });

  // Work that grew with the square of its length would take longer than any test may.
  test.each([", ", " "])("takes a hostile If-None-Match of %j in its stride", async (filling) => {
    const reply = await call("GET", "/api/v1/articles/1", { headers: { "if-none-match": `"a"${filling.repeat(1_000_000)}x` } });
    expect(reply.status).toBe(200);
  });

  test("counts a view for 200 and 304, and none for HEAD or a draft", async () => {
    await write(1);
    await call("GET", "/api/v1/articles/1");
    await call("GET", "/api/v1/articles/1", { headers: { "if-none-match": "*" } });
    await call("GET", "/api/v1/articles/1", { headers: { "if-none-match": '"9"' } });
    await call("GET", "/api/v1/articles/1?fields=title");
    await call("HEAD", "/api/v1/articles/1");
    await call("GET", "/api/v1/articles/2");
    await call("GET", "/api/v1/articles");
    expect(fixture.store.counted).toEqual([1, 1, 1, 1]);
  });

  test("with fields answers just those, without validators", async () => {
    const reply = await call("GET", "/api/v1/articles/1?fields=title,id", { headers: { "if-none-match": "*" } });
    expect([reply.status, reply.json, reply.headers.get("etag")]).toEqual([200, { title: "Article 1", id: 1 }, null]);
  });

  test("by HEAD has GET's headers and no body", async () => {
    for (const path of ["/api/v1/articles/1", "/api/v1/articles", "/api/v1/articles/search?q=first", "/api/v1/articles/9"]) {
      const [get, head] = [await call("GET", path), await call("HEAD", path)];
      expect([path, head.status, head.text]).toEqual([path, get.status, ""]);
      // The length differs only where an error shows the request's own id, which is always equally long.
      expect(head.headers.get("content-length")).toBe(String(Buffer.byteLength(get.text)));
      expect(head.headers.get("etag")).toBe(get.headers.get("etag"));
    }
  });
});

describe("a list", () => {
  test("answers a page with the total and links", async () => {
    await write(5);
    const reply = await call("GET", "/api/v1/articles?per_page=2&page=2");
    expect(listOf(reply)).toMatchObject({ total: 5, page: 2, per_page: 2, pages: 3 });
    expect(idsOf(reply)).toEqual([3, 2]);
    expect(linksOf(reply)).toEqual({
      first: "/api/v1/articles?per_page=2&page=1",
      prev: "/api/v1/articles?per_page=2&page=1",
      next: "/api/v1/articles?per_page=2&page=3",
      last: "/api/v1/articles?per_page=2&page=3",
    });
  });

  test("is empty behind its end, and links back into it", async () => {
    await write(3);
    const reply = await call("GET", "/api/v1/articles?page=9&per_page=2");
    expect(listOf(reply)).toMatchObject({ items: [], total: 3, page: 9, pages: 2, next_cursor: null });
    expect(linksOf(reply)).toEqual({
      first: "/api/v1/articles?per_page=2&page=1",
      prev: "/api/v1/articles?per_page=2&page=2",
      last: "/api/v1/articles?per_page=2&page=2",
    });
  });

  test("leaves total and pages null when they are not wanted", async () => {
    await write(3);
    const reply = await call("GET", "/api/v1/articles?with_total=false&per_page=2");
    expect(listOf(reply)).toMatchObject({ total: null, pages: null, page: 1 });
    expect(Object.keys(linksOf(reply))).toEqual(["first", "next"]);
  });

  test("keeps its parameters in links, safely encoded", async () => {
    await write(2, { author: `A & B <"é">, O'Hara` });
    const reply = await call("GET", `/api/v1/articles?per_page=1&author=${encodeURIComponent(`A & B <"é">, O'Hara`)}`);
    expect(listOf(reply).total).toBe(2);
    const next = await call("GET", linksOf(reply)["next"] ?? "");
    expect(idsOf(next)).toEqual([1]);
  });

  test.each(["created_at", "-created_at", "published_at", "-published_at", "title", "-title", "views_count", "-views_count"])(
    "by cursor, sorted by %s, visits each article once in the order of the pages",
    async (sort) => {
      await write(4);
      await write(3, { status: "published" });
      const all = idsOf(await call("GET", `/api/v1/articles?per_page=100&sort=${sort}`));
      const visited: unknown[] = [];
      let path: string | undefined = `/api/v1/articles?per_page=2&sort=${sort}`;
      while (path !== undefined) {
        const reply: Reply = await call("GET", path);
        visited.push(...idsOf(reply));
        const { next_cursor, page } = listOf(reply);
        expect(page).toBe(path.includes("cursor") ? null : 1);
        path = next_cursor === null ? undefined : `/api/v1/articles?per_page=2&sort=${sort}&cursor=${next_cursor}`;
        if (reply.headers.get("link")?.includes("cursor")) expect(linksOf(reply)["next"]).toBe(path ?? "");
      }
      expect(visited).toEqual(all);
      expect(all).toHaveLength(7);
    },
  );

  test("of ids keeps their order, leaves missing ones out, and counts views only when asked", async () => {
    await write(3, { status: "published" });
    await write(1);
    expect(idsOf(await call("GET", "/api/v1/articles?ids=4,9,1,3,1"))).toEqual([4, 1, 3]);
    expect(fixture.store.counted).toEqual([]);
    const reply = await call("GET", "/api/v1/articles?ids=4,1,3&count_views=true");
    expect(listOf(reply)).toMatchObject({ total: 3, page: 1, per_page: 100, pages: 1, next_cursor: null });
    expect(fixture.store.counted).toEqual([1, 3]);
    await call("HEAD", "/api/v1/articles?ids=1&count_views=true");
    expect(fixture.store.counted).toEqual([1, 3]);
  });

  test("of ids can be filtered and paged", async () => {
    await write(2, { author: "Grace", tags: ["x"] });
    await write(2);
    expect(idsOf(await call("GET", "/api/v1/articles?ids=3,2,1&author=Grace"))).toEqual([2, 1]);
    expect(idsOf(await call("GET", "/api/v1/articles?ids=3,2,1&status=published"))).toEqual([]);
    const reply = await call("GET", "/api/v1/articles?ids=3,2,1&tag=x&fields=title&per_page=1&page=2");
    expect(reply.json).toMatchObject({ items: [{ title: "Article 1" }], total: 2, pages: 2, page: 2 });
    expect(listOf(reply).items[0]).not.toHaveProperty("id");
  });
});

describe("a search", () => {
  test("answers pages of matches", async () => {
    await write(3);
    const reply = await call("GET", "/api/v1/articles/search?q=article+2&fields=id");
    expect(reply.json).toMatchObject({ items: [{ id: 2 }], total: 1, page: 1, pages: 1, next_cursor: null });
    const paged = await call("GET", "/api/v1/articles/search?q=first&per_page=2&page=2");
    expect(Object.keys(linksOf(paged))).toEqual(["first", "prev", "last"]);
  });

  test("leaves links out that no client would take", async () => {
    const reply = await call("GET", `/api/v1/articles/search?q=${encodeURIComponent("😀".repeat(500))}`);
    expect([reply.status, reply.headers.get("link")]).toEqual([200, null]);
  });
});

describe("the replica's read-only form", () => {
  test("says how far it is behind, counts no view, and refuses writes", async () => {
    await write(1, { status: "published" });
    const { store } = fixture;
    const replica = createRestFixture(() => ({ ...store, writable: false, replicaLag: () => 1.2345 }) as never);
    const reply = await replica.call("GET", "/api/v1/articles/1");
    expect([reply.status, reply.headers.get("blog-replica-lag-seconds")]).toEqual([200, "1.235"]);
    expect(store.counted).toEqual([]);
    for (const [method, path, allow] of [
      ["POST", "/api/v1/articles", "GET, HEAD"],
      ["PUT", "/api/v1/articles/1", "GET, HEAD"],
      ["DELETE", "/api/v1/articles/1", "GET, HEAD"],
      ["POST", "/api/v1/articles/1/publish", ""],
    ] as const) {
      const refused = await replica.call(method, path);
      expect([refused.status, refused.headers.get("allow")]).toEqual([405, allow]);
      expect(refused.headers.get("blog-replica-lag-seconds")).toBe("1.235");
    }
    const { json } = await replica.call("GET", "/openapi.json");
    expect(JSON.stringify(json)).not.toContain("createArticle");
  });

  test("says nothing of how far it is behind while nobody knows", async () => {
    await write(1, { status: "published" });
    const { store } = fixture;
    const replica = createRestFixture(() => ({ ...store, writable: false, replicaLag: () => undefined }) as never);
    const reply = await replica.call("GET", "/api/v1/articles/1");
    expect([reply.status, reply.headers.get("blog-replica-lag-seconds")]).toEqual([200, null]);
  });
});
