import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import type { BlogEvent } from "../article/events.ts";
import type { Database } from "../store/database.ts";
import { describeWith, postgres } from "../testing/services.ts";
import { openPgliteStore, openPostgresStore, type TestStore } from "../testing/stores.ts";
import { applyEvents } from "./apply.ts";
import { delivery } from "./test-deliveries.ts";
import { article, articleEvent, viewedEvent } from "./test-events.ts";

// The first start of PGlite takes seconds.
setDefaultTimeout(30_000);

describe("applying events on PGlite", () => lawsOfApplying(() => openPgliteStore("replica")));
describeWith([postgres], "applying events on PostgreSQL", () => lawsOfApplying(() => openPostgresStore("replica")));

function lawsOfApplying(open: () => Promise<TestStore>): void {
  let store: TestStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store[Symbol.asyncDispose]());

  test("any order, repetition and batching of events comes to the same DB2 as their own order", async () => {
    await fc.assert(
      fc.asyncProperty(delivery, async ({ inOrder, batches }) => {
        await applyAnew(store.database, [inOrder]);
        const expected = await contents(store.database);
        await applyAnew(store.database, batches);
        expect(await contents(store.database)).toEqual(expected);
        await expectTrueCounts(store.database);
      }),
      { numRuns: 60 },
    );
  });

  test("a late update after a delete changes nothing", async () => {
    await applyAnew(store.database, [
      [articleEvent("article.created", article(1, 1, { views_count: 3 }))],
      [articleEvent("article.deleted", article(1, 3))],
      [articleEvent("article.updated", article(1, 2)), viewedEvent(1, 99)],
    ]);
    const { articles, views } = await contents(store.database);
    expect(articles).toMatchObject([{ id: 1, version: 3, deleted: true, title: "", content: "", author: "", tags: [] }]);
    expect(views).toEqual([]);
  });

  test("an article under a newer epoch wins, however low its version", async () => {
    await applyAnew(store.database, [
      [articleEvent("article.updated", article(1, 9), 1)],
      [articleEvent("article.updated", article(1, 2), 2)],
      [articleEvent("article.updated", article(1, 10), 1)],
    ]);
    expect((await contents(store.database)).articles).toMatchObject([{ epoch: 2, version: 2, title: "Title 1.2" }]);
  });

  test("every field arrives as it was, and what DB2 has already is told apart", async () => {
    await applyAnew(store.database, []);
    const whole = article(7, 4, {
      title: 'Quotes " \\ and {braces}, ä€😀',
      tags: ['a "b"', "c,d", "{e}", "null"],
      status: "published",
      published_at: "2026-11-23T09:30:00.123Z",
      views_count: 5,
    });
    const first = await applyEvents(store.database, [articleEvent("article.published", whole)]);
    const again = await applyEvents(store.database, [articleEvent("article.published", whole), viewedEvent(7, 4)]);
    expect({ articles: [...first.articles], views: [...first.views] }).toEqual({ articles: [], views: [] });
    expect({ articles: [...again.articles], views: [...again.views] }).toEqual({ articles: [7], views: [7] });
    const { articles, views } = await contents(store.database);
    const { views_count, ...columns } = whole;
    expect(articles).toEqual([{ ...columns, epoch: 1, deleted: false }]);
    expect(views).toEqual([{ id: 7, views: views_count }]);
  });
}

async function applyAnew(database: Database, batches: readonly (readonly BlogEvent[])[]): Promise<void> {
  // Its trigger empties article_views too.
  await database.query({ text: "TRUNCATE articles" });
  for (const batch of batches) await applyEvents(database, batch);
}

const instant = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ${column}`;

async function contents(database: Database) {
  const articles = await database.query<Record<string, unknown>>({
    text: `SELECT id, title, content, author, category, tags, status, version, ${instant("created_at")}, ${instant("updated_at")},
      ${instant("published_at")}, epoch, deleted FROM articles ORDER BY id`,
  });
  const views = await database.query<{ id: number; views: number }>({ text: "SELECT id, views FROM article_views ORDER BY id" });
  return { articles: articles.rows, views: views.rows };
}

async function expectTrueCounts(database: Database): Promise<void> {
  const kept = await database.query({
    text: "SELECT coalesce(sum(draft), 0)::int AS draft, coalesce(sum(published), 0)::int AS published, coalesce(sum(archived), 0)::int AS archived FROM article_counts",
  });
  const counted = await database.query({
    text: `SELECT count(*) FILTER (WHERE status = 'draft')::int AS draft, count(*) FILTER (WHERE status = 'published')::int AS published,
      count(*) FILTER (WHERE status = 'archived')::int AS archived FROM articles WHERE NOT deleted`,
  });
  expect(kept.rows).toEqual(counted.rows);
}
