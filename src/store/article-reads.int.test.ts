import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Article, statuses } from "../article/article.ts";
import { describeWith, postgres } from "../testing/services.ts";
import { openPgliteStore, openPostgresStore, type TestStore } from "../testing/stores.ts";
import { createArticleReads } from "./article-reads.ts";
import { type ArticleFilter, type ArticleReads, type ListPage, type Position, type Sort, sortFields } from "./article-store.ts";

/** PGlite makes its files first. */
const open_timeout_ms = 30_000;

describeWith([postgres], "article reads on PostgreSQL", () => {
  for (const name of ["primary", "replica"] as const) describe(name, () => articleReads(name, () => openPostgresStore(name)));
});
describe("article reads on PGlite", () => {
  for (const name of ["primary", "replica"] as const) describe(name, () => articleReads(name, () => openPgliteStore(name)));
});

/** Few different values, so that sorts tie; some drafts without a date; titles whose order differs between collations. */
const articles: readonly Article[] = Array.from({ length: 60 }, (_, index) => {
  const created = new Date(Date.UTC(2026, 0, 1, 0, 0, 0, 1 + Math.floor(index / 3))).toISOString();
  return {
    id: index + 1,
    title: ["Zebra", "apple", "Äpfel", "éclair", "apple"][index % 5] ?? "",
    content: `Content ${index}`,
    author: index % 7 === 0 ? "Grace" : "Ada",
    category: ["general", "engineering", "C"][index % 3] ?? "",
    tags: index % 4 === 0 ? ["kafka", "b"] : ["b"],
    status: statuses[index % 3] ?? "draft",
    views_count: index % 6,
    version: 1 + (index % 3),
    created_at: created,
    updated_at: new Date(Date.UTC(2026, 0, 2, 0, 0, 0, (index * 7) % 20)).toISOString(),
    published_at: index % 3 === 0 ? null : new Date(Date.UTC(2026, 0, 3, 0, 0, 0, (index * 11) % 13)).toISOString(),
  };
});

function articleReads(name: "primary" | "replica", open: () => Promise<TestStore>): void {
  let store: TestStore;
  let reads: ArticleReads;

  beforeAll(async () => {
    store = await open();
    const { database } = store;
    reads = createArticleReads({ database, dialect: name });
    const epoch = name === "replica" ? ", epoch" : "";
    const columns = "id, title, content, author, category, tags, status, version, created_at, updated_at, published_at";
    await database.query(
      {
        text: `INSERT INTO articles (${columns}${epoch}) SELECT ${columns}${epoch && ", 1"}
          FROM json_populate_recordset(NULL::articles, $1::json)`,
      },
      [JSON.stringify(articles)],
    );
    if (name === "replica") {
      await database.query({ text: "INSERT INTO article_views (id) SELECT id FROM articles" });
      await database.query({
        text: `INSERT INTO articles (${columns}, epoch, deleted)
          SELECT 1000, '', '', '', 'general', '{}', 'draft', 9, now(), now(), NULL, 1, true`,
      });
      await database.query({ text: "INSERT INTO article_views VALUES (1000, 3)" });
    }
    await database.query({ text: "UPDATE article_views SET views = (id - 1) % 6 WHERE id < 1000" });
  }, open_timeout_ms);
  afterAll(() => store[Symbol.asyncDispose]());

  const everything = { filter: {}, sort: { field: "created_at", descending: true }, start: { offset: 0 } } as const;

  describe("get", () => {
    test("is the article's wire form, or only the fields asked for", async () => {
      for (const article of articles.slice(0, 4)) {
        const stored = await reads.get(article.id);
        expect(JSON.parse(stored?.json ?? "")).toEqual(article);
        expect(stored).toMatchObject({ version: article.version, status: article.status, updated_at: article.updated_at });
      }
      expect((await reads.get(2, ["title", "id"]))?.json).toBe('{"id":2,"title":"apple"}');
      expect(await reads.get(999)).toBeUndefined();
      expect(await reads.get(1000)).toBeUndefined();
      expect(await reads.get(Number.MAX_SAFE_INTEGER)).toBeUndefined();
    });

    test("of its head is the same without the text", async () => {
      const heads = await Promise.all([1, 2, 3, 999, 1000, Number.MAX_SAFE_INTEGER].map((id) => reads.getHead(id)));
      const told = ({ id, version, status, updated_at }: Article) => ({ id, version, status, updated_at });
      expect(heads).toEqual([...articles.slice(0, 3).map(told), undefined, undefined, undefined]);
    });

    test("500 at once, of several field sets and with repeats, each get their own", async () => {
      const asked = Array.from({ length: 500 }, (_, index) => ({ id: 1 + (index % 70), whole: index % 2 === 0 }));
      const found = await Promise.all(asked.map(({ id, whole }) => (whole ? reads.get(id) : reads.get(id, ["id"]))));
      for (const [index, { id, whole }] of asked.entries()) {
        const article = articles[id - 1];
        const json = found[index]?.json;
        expect(json && JSON.parse(json)).toEqual(whole ? article : article && { id });
      }
    });

    test("many keep the order of their ids, missing ones left out", async () => {
      const found = await reads.getMany([7, 1000, 3, 999, 5]);
      expect(found.map(({ id }) => id)).toEqual([7, 3, 5]);
    });
  });

  describe("list", () => {
    test("every sort and filter, by page and by cursor, is what sorting in memory gives", async () => {
      await fc.assert(
        fc.asyncProperty(anyFilter, anySort, fc.integer({ min: 1, max: 25 }), async (filter, sort, limit) => {
          const expected = sorted(matching(filter), sort);
          expect(await idsByCursor(filter, sort, limit)).toEqual(expected);
          expect(await idsByOffset(filter, sort, limit, expected.length)).toEqual(expected);
        }),
        { numRuns: 60, endOnFailure: true },
      );
    });

    test("walks through missing dates in both directions", async () => {
      for (const descending of [true, false]) {
        const sort: Sort = { field: "published_at", descending };
        const ids = await idsByCursor({}, sort, 7);
        expect(ids).toEqual(sorted(articles, sort));
        expect(ids.slice(40).every((id) => articles[id - 1]?.published_at === null)).toBe(true);
      }
    });

    test("the total is there when asked for, and items carry the fields asked for", async () => {
      const page = await reads.list({
        ...everything,
        filter: { status: "draft" },
        limit: 2,
        fields: ["status"],
        with_total: true,
      });
      expect(page).toMatchObject({ items_json: '[{"status":"draft"},{"status":"draft"}]', count: 2, total: 20 });
      expect((await reads.list({ ...everything, limit: 2, with_total: false })).total).toBeNull();
    });

    test("behind the end is an empty page", async () => {
      const page = await reads.list({ ...everything, start: { offset: 1_000 }, limit: 10, with_total: true });
      expect(page).toEqual({ items_json: "[]", count: 0, total: 60, next: null });
    });
  });

  test("counts by status, deleted ones left out", async () => {
    expect(await reads.counts()).toEqual({ draft: 20, published: 20, archived: 20 });
  });

  async function idsByCursor(filter: ArticleFilter, sort: Sort, limit: number): Promise<number[]> {
    const ids: number[] = [];
    let after: Position | null = null;
    do {
      const page: ListPage = await reads.list({
        filter,
        sort,
        limit,
        start: after === null ? { offset: 0 } : { after },
        with_total: true,
      });
      expect(page.total).toBe(matching(filter).length);
      ids.push(...idsOf(page));
      after = page.next;
    } while (after !== null);
    return ids;
  }

  async function idsByOffset(filter: ArticleFilter, sort: Sort, limit: number, total: number): Promise<number[]> {
    const ids: number[] = [];
    for (let offset = 0; offset < total; offset += limit) {
      const page = await reads.list({ filter, sort, limit, start: { offset }, with_total: false });
      expect(page.next === null).toBe(offset + limit >= total);
      ids.push(...idsOf(page));
    }
    return ids;
  }
}

const anySort = fc.record({ field: fc.constantFrom(...sortFields), descending: fc.boolean() });
const anyFilter: fc.Arbitrary<ArticleFilter> = fc.record(
  {
    status: fc.constantFrom(...statuses),
    category: fc.constantFrom("general", "engineering", "none"),
    author: fc.constantFrom("Ada", "Grace"),
    tag: fc.constantFrom("kafka", "b"),
  },
  { requiredKeys: [] },
);

function idsOf(page: ListPage): number[] {
  const items: Article[] = JSON.parse(page.items_json);
  expect(items).toHaveLength(page.count);
  return items.map(({ id }) => id);
}

function matching(filter: ArticleFilter): readonly Article[] {
  return articles.filter(
    (article) =>
      (filter.status ?? article.status) === article.status &&
      (filter.category ?? article.category) === article.category &&
      (filter.author ?? article.author) === article.author &&
      (filter.tag === undefined || article.tags.includes(filter.tag)),
  );
}

/** By bytes, missing ones last, ties by id in the same direction. */
function sorted(found: readonly Article[], { field, descending }: Sort): number[] {
  const sign = descending ? -1 : 1;
  return found
    .toSorted((a, b) => {
      const [x, y] = [a[field], b[field]];
      if (x !== y && (x === null || y === null)) return x === null ? 1 : -1;
      return sign * (compare(x, y) || a.id - b.id);
    })
    .map(({ id }) => id);
}

function compare(x: string | number | null, y: string | number | null): number {
  if (typeof x === "number" && typeof y === "number") return x - y;
  return Buffer.compare(Buffer.from(String(x)), Buffer.from(String(y)));
}
