import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { create } from "../article/commands.ts";
import { decodeEvent } from "../article/decode-event.ts";
import { describeWith, postgres } from "../testing/services.ts";
import { openPgliteStore, openPostgresStore, type TestStore } from "../testing/stores.ts";
import { createArticles } from "./create-statement.ts";
import type { Database } from "./database.ts";
import { createOutbox } from "./outbox.ts";
import { createViewCounts } from "./view-counts.ts";

describeWith([postgres], "view counts on PostgreSQL", () => {
  viewCounts(() => openPostgresStore("primary"));

  test("two processes that flush the same articles at once lose nothing", async () => {
    await using store = await openPostgresStore("primary", 2);
    const ids = await addArticles(store.database, 300);
    const processes = [store.database, ...store.others].map((database) => createViewCounts({ database }));
    for (let round = 0; round < 10; round++) {
      for (const [index, counts] of processes.entries()) for (const id of index === 0 ? ids : ids.toReversed()) counts.count(id);
      await Promise.all(processes.map((counts) => counts.flush()));
    }
    expect(await views(store.database)).toEqual(ids.map((id) => ({ id, views: 20 })));
  });
});
describe("view counts on PGlite", () => viewCounts(() => openPgliteStore("primary")));

/** PGlite makes its files first. */
const open_timeout_ms = 30_000;

async function addArticles(database: Database, count: number): Promise<number[]> {
  const article = create({ title: "T", content: "C", author: "A" }, new Date());
  const created = await createArticles(
    database,
    Array.from({ length: count }, () => ({ article, origin: {} })),
  );
  return created.map(({ id }) => id);
}

async function views(database: Database): Promise<readonly { readonly id: number; readonly views: number }[]> {
  const { rows } = await database.query<{ id: number; views: number }>({
    text: "SELECT id, views FROM article_views ORDER BY id",
  });
  return rows;
}

function viewCounts(open: () => Promise<TestStore>): void {
  let store: TestStore;
  beforeAll(async () => {
    store = await open();
  }, open_timeout_ms);
  afterAll(() => store[Symbol.asyncDispose]());

  test("are written in groups, with cumulative events, for articles that exist", async () => {
    const { database } = store;
    const outbox = createOutbox(database);
    const ids = await addArticles(database, 2);
    await outbox.remove((await outbox.take(10)).map(({ id }) => id));
    let commits = 0;
    const counts = createViewCounts({ database, hooks: { onCommitted: () => commits++ } });
    for (const id of [...ids, ...ids, 1_000_000]) counts.count(id);
    await counts.flush();
    counts.count(ids[0] ?? 0);
    await Promise.all([counts.flush(), counts.flush()]);
    expect(await views(database)).toEqual(ids.map((id, index) => ({ id, views: index === 0 ? 3 : 2 })));
    const taken = await outbox.take(10);
    expect(await outbox.take(10)).toEqual(taken);
    expect(taken.map(({ key, headers }) => [key, headers["event_type"]])).toEqual(
      [ids[0], ids[1], ids[0]].map((id) => [String(id), "article.viewed"]),
    );
    const told = taken.map(({ value }) => JSON.parse(String(value)));
    expect(new Set(told.map(({ event_id }) => event_id)).size).toBe(3);
    for (const { key, value } of taken) decodeEvent({ key: Buffer.from(String(key)), value: Buffer.from(String(value)) });
    expect(told.map(({ event_type, data }) => [event_type, data.id, data.views_count])).toEqual([
      ["article.viewed", ids[0], 2],
      ["article.viewed", ids[1], 2],
      ["article.viewed", ids[0], 3],
    ]);
    expect(commits).toBe(2);
  });

  test("are kept when a flush fails, and dropped beyond the limit", async () => {
    const ids = await addArticles(store.database, 2);
    let down = true;
    let dropped = 0;
    const database: Database = {
      ...store.database,
      query: (...args) => (down ? Promise.reject(new Error("down")) : store.database.query(...args)),
    };
    const counts = createViewCounts({ database, articles_max: 1, hooks: { onViewDropped: () => dropped++ } });
    for (const id of ids) counts.count(id);
    expect(dropped).toBe(1);
    await expect(counts.flush()).rejects.toThrow("down");
    down = false;
    await counts.flush();
    expect((await views(store.database)).filter(({ id }) => ids.includes(id))).toEqual(
      ids.map((id, index) => ({ id, views: index === 0 ? 1 : 0 })),
    );
  });
}
