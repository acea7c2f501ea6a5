import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Article } from "../article/article.ts";
import { create } from "../article/commands.ts";
import { applyEvents } from "../replication/apply.ts";
import { fillSearch } from "../replication/search/fill-search.ts";
import { articleEvent, article as articleOf } from "../replication/test-events.ts";
import { describeWith, postgres } from "../testing/services.ts";
import { openPgliteStore, openPostgresStore, type TestStore } from "../testing/stores.ts";
import { createArticleReads } from "./article-reads.ts";
import type { ArticleFilter, ArticleReads } from "./article-store.ts";
import { createArticleWrites } from "./article-writes.ts";
import type { Database } from "./database.ts";

for (const name of ["primary", "replica"] as const) {
  describeWith([postgres], `search on PostgreSQL, ${name}`, () => search(name, () => openPostgresStore(name)));
  describe(`search on PGlite, ${name}`, () => search(name, () => openPgliteStore(name)));
}

/** PGlite makes its files first. */
const open_timeout_ms = 30_000;

function search(name: Database["name"], open: () => Promise<TestStore>): void {
  let store: TestStore;
  let reads: ArticleReads;
  let addTo: (input: Parameters<typeof create>[0]) => Promise<number>;

  beforeAll(async () => {
    store = await open();
    const { database } = store;
    reads = createArticleReads({ database, dialect: name });
    addTo = name === "primary" ? addToPrimary(database, reads) : addToReplica(database);
  }, open_timeout_ms);
  afterAll(() => store[Symbol.asyncDispose]());

  async function add(content: string, more: { title?: string; tags?: string[]; category?: string } = {}): Promise<number> {
    return await addTo({ title: "Untitled", content, author: "Ada", ...more });
  }

  async function find(terms: string, filter: ArticleFilter = {}, { offset = 0, limit = 10 } = {}): Promise<number[]> {
    const { items_json } = await reads.search({ terms, filter, offset, limit, fields: ["id"], with_total: true });
    const items: Pick<Article, "id">[] = JSON.parse(items_json);
    return items.map(({ id }) => id);
  }

  test("words that differ only in case, plural or accent are found", async () => {
    const id = await add("Two cafés served crème BRÛLÉE — “délicieux”, said Zoë");
    for (const terms of ["cafe", "CAFÉS", "creme brulee", "Délicieux", "served zoe"]) expect(await find(terms)).toEqual([id]);
    const decomposed = "cafe\u0301";
    expect(await find(decomposed)).toEqual([id]);
  });

  test("case does not matter in Cyrillic and Greek either", async () => {
    const russian = await add("«Ёлка» и ЖЁЛТЫЙ дом");
    const greek = await add("ΟΔΟΣ Ἀθήνα");
    expect(await find("ёлка")).toEqual([russian]);
    expect(await find("желтый ЕЛКА")).toEqual([russian]);
    expect(await find("οδος")).toEqual([greek]);
    expect(await find("αθηνα")).toEqual([greek]);
  });

  test("title, tags, category and author are searched, the title first", async () => {
    const inContent = await add("a walrus");
    const inTag = await add("x", { tags: ["walrus"] });
    const inTitle = await add("x", { title: "Walrus" });
    expect(await find("walrus")).toEqual([inTitle, inTag, inContent]);
  });

  test("equal ranks come newest first, in pages, with the exact total", async () => {
    const ids: number[] = [];
    for (let index = 0; index < 25; index++)
      ids.push(await add("same pangolin", { category: index % 5 === 0 ? "fifth" : "other" }));
    const newest = ids.toReversed();
    expect(await find("pangolin")).toEqual(newest.slice(0, 10));
    expect(await find("pangolin", {}, { offset: 20 })).toEqual(newest.slice(20));
    expect(await find("pangolin", { category: "fifth" })).toEqual(newest.filter((_, index) => index % 5 === 4));
    const query = { terms: "pangolin", filter: {}, offset: 20, limit: 10, fields: ["title"] } as const;
    expect(await reads.search({ ...query, with_total: true })).toMatchObject({ count: 5, total: 25, next: null });
    expect((await reads.search({ ...query, with_total: false })).total).toBeNull();
  });

  test("understands quotes, or and minus, and takes anything else for words", async () => {
    const id = await add("quick brown aardvark");
    expect(await find('"brown aardvark"')).toEqual([id]);
    expect(await find('"aardvark brown"')).toEqual([]);
    expect(await find("aardvark -brown")).toEqual([]);
    expect(await find("nothing or aardvark")).toEqual([id]);
    for (const terms of ["", "   ", "the", "!!!", "a & | ! (", "'", '"', "\\", ":*"]) expect(await find(terms)).toEqual([]);
  });

  // The vector is the same function's in both.
  if (name === "replica") return;

  test("1 MiB of distinct words is found by its title and its first words", async () => {
    const letters = "𐐨𐐩𐐪𐐫𐐬𐐭𐐮𐐯𐐰𐐱";
    const wide = (number: number) => [...String(number)].map((digit) => [...letters][Number(digit)]).join("");
    const contents = {
      ascii: Array.from({ length: 150_000 }, (_, index) => (46_656 + index * 7919).toString(36)).join(" "),
      hyphenated: Array.from(
        { length: 60_000 },
        (_, index) => `${(46_656 + index).toString(36)}-${(99_999 + index * 7).toString(36)}`,
      ).join(" "),
      wide: Array.from({ length: 22_000 }, (_, index) => `${wide(10_000 + index)}-${wide(50_000 + index)}`).join(" "),
      hangul: Array.from({ length: 80_000 }, (_, index) =>
        String.fromCodePoint(0xac00 + (index % 11_000), 0xac01 + (index % 10_999)),
      ).join(" "),
    };
    for (const [title, content] of Object.entries(contents)) {
      const id = await add(truncated(content), { title: `Large ${title}` });
      expect(await find(`large ${title}`)).toEqual([id]);
      expect(await find(content.slice(0, content.indexOf(" ")))).toContain(id);
    }
  });
}

function addToPrimary(database: Database, reads: ArticleReads) {
  const writes = createArticleWrites({ database, reads });
  return async (input: Parameters<typeof create>[0]) => (await writes.create(create(input, new Date()), {})).article.id;
}

/** As it is once the queue of search is empty. */
function addToReplica(database: Database) {
  let id = 0;
  return async (input: Parameters<typeof create>[0]) => {
    await applyEvents(database, [articleEvent("article.created", articleOf(++id, 1, { tags: [], ...input }))]);
    await fillSearch(database, 10);
    return id;
  };
}

/** At most 1 MiB of UTF-8, at a word's end. */
function truncated(text: string): string {
  const cut = Buffer.from(text).subarray(0, 1_048_576).toString();
  return cut.slice(0, cut.lastIndexOf(" "));
}
