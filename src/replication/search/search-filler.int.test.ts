import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import type { Database } from "../../store/database.ts";
import { describeWith, postgres } from "../../testing/services.ts";
import { openPgliteStore, openPostgresStore, type TestStore } from "../../testing/stores.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { applyEvents } from "../apply.ts";
import { delivery } from "../test-deliveries.ts";
import { article, articleEvent } from "../test-events.ts";
import { dropFromReplica } from "../verify/drop-extra.ts";
import { countPending, fillSearch } from "./fill-search.ts";
import { createSearchFiller } from "./search-filler.ts";

// The first start of PGlite takes seconds.
setDefaultTimeout(30_000);

describe("search vectors on PGlite", () => lawsOfFilling(() => openPgliteStore("replica")));
describeWith([postgres], "search vectors on PostgreSQL", () => {
  lawsOfFilling(() => openPostgresStore("replica"));
  severalAtOnce();
});

const created = (id: number, over: Parameters<typeof article>[2] = {}) =>
  articleEvent("article.created", article(id, 1, { status: "published", ...over }));

function lawsOfFilling(open: () => Promise<TestStore>): void {
  let store: TestStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store[Symbol.asyncDispose]());

  const empty = () => store.database.query({ text: "TRUNCATE articles" });

  test("after any sequence of events and fills they are those of the articles", async () => {
    await fc.assert(
      fc.asyncProperty(delivery, fc.array(fc.integer({ min: 1, max: 4 })), async ({ batches }, fills) => {
        await empty();
        const sizes = fills.values();
        for (const batch of batches) {
          await applyEvents(store.database, batch);
          await fillSearch(store.database, sizes.next().value ?? 1);
        }
        await fillAll(store.database);
        await expectTrueVectors(store.database);
      }),
      { numRuns: 40 },
    );
  });

  test("what only changes its status asks for nothing", async () => {
    await empty();
    await applyEvents(store.database, [articleEvent("article.created", article(1, 1, { title: "a", content: "b", tags: [] }))]);
    await fillAll(store.database);
    const published = article(1, 2, { title: "a", content: "b", tags: [], status: "published" });
    await applyEvents(store.database, [articleEvent("article.published", published)]);
    expect(await countPending(store.database)).toBe(0);
    await expectTrueVectors(store.database);
  });

  test("nothing is left of articles that are deleted by hand, by repair or all together", async () => {
    await empty();
    await applyEvents(store.database, [created(1), created(2), created(3), created(4)]);
    await fillAll(store.database);
    await store.database.query({ text: "DELETE FROM articles WHERE id = 1" });
    await dropFromReplica(store.database, [2]);
    expect(await vectors(store.database)).toEqual([
      { id: 3, searchable: true },
      { id: 4, searchable: true },
    ]);
    // One that has gone waits in the queue: its place may be taken by another by then.
    await applyEvents(store.database, [created(5)]);
    await dropFromReplica(store.database, [5]);
    await fillAll(store.database);
    await expectTrueVectors(store.database);
    await empty();
    expect(await vectors(store.database)).toEqual([]);
    expect(await countPending(store.database)).toBe(0);
  });

  test("an id that is given again gets the new article's", async () => {
    await empty();
    await applyEvents(store.database, [articleEvent("article.updated", article(1, 9, { title: "Walrus" }))]);
    await fillAll(store.database);
    await dropFromReplica(store.database, [1]);
    await applyEvents(store.database, [created(1, { title: "Pangolin" })]);
    await fillAll(store.database);
    await expectTrueVectors(store.database);
  });

  test("one that cannot be made lets the others pass", async () => {
    await empty();
    await applyEvents(store.database, [created(1), created(2), created(3)]);
    await store.database.query({ text: "ALTER TABLE article_search ADD CONSTRAINT poison CHECK (id <> 1)" });
    await using filler = startFiller(store.database);
    await waitFor("the others", async () => (await vectors(store.database)).length === 2);
    expect(await countPending(store.database)).toBe(1);
    expect(filler.told.failed).toBeGreaterThan(0);
    await store.database.query({ text: "ALTER TABLE article_search DROP CONSTRAINT poison" });
    await waitFor("that one", async () => (await vectors(store.database)).length === 3);
  });

  test("what a process left behind when it was killed is made by the next one", async () => {
    await empty();
    await applyEvents(
      store.database,
      Array.from({ length: 450 }, (_, index) => created(index + 1)),
    );
    await using _filler = startFiller(store.database);
    await waitFor("the queue to be empty", async () => (await countPending(store.database)) === 0);
    await expectTrueVectors(store.database);
  });

  test("what is applied while it runs is found soon, however idle it was", async () => {
    await empty();
    await using filler = startFiller(store.database);
    for (const id of [1, 2, 3]) {
      await applyEvents(store.database, [created(id)]);
      filler.applied(1);
      await waitFor("its vector", async () => (await vectors(store.database)).length === id);
    }
  });

  test("after DB2 was away it goes on", async () => {
    await empty();
    await applyEvents(store.database, [created(1)]);
    let away = true;
    const flaky: Database = {
      ...store.database,
      query: (...asked) => (away ? Promise.reject(new Error("away")) : store.database.query(...asked)),
    };
    await using filler = startFiller(flaky);
    await waitFor("it to notice", () => filler.told.failed === 1);
    away = false;
    await waitFor("the vector", async () => (await vectors(store.database)).length === 1);
    await waitFor("it to be told", () => filler.told.resumed === 1);
    expect(filler.told.failed).toBe(1);
  });
}

function severalAtOnce(): void {
  test("several processes fill, apply and delete side by side, and none waits for ever", async () => {
    await using store = await openPostgresStore("replica", 3);
    const { database, others } = store;
    const ids = Array.from({ length: 60 }, (_, index) => index + 1);
    await applyEvents(
      database,
      ids.map((id) => created(id)),
    );
    let over = false;
    const filling = [database, ...others].map(async (each) => {
      while (!over) await fillSearch(each, 7);
    });
    for (let version = 2; version < 40; version++) {
      const events = ids.map((id) =>
        articleEvent(version === 20 && id % 7 === 0 ? "article.deleted" : "article.updated", article(id, version)),
      );
      await applyEvents(database, events);
      if (version % 10 === 0) await dropFromReplica(database, [version]);
    }
    over = true;
    await Promise.all(filling);
    await fillAll(database);
    await expectTrueVectors(database);
  });

  test("events are applied while somebody makes vectors of the same articles", async () => {
    await using store = await openPostgresStore("replica");
    const { database } = store;
    await applyEvents(database, [created(1)]);
    await database.withTransaction(async (tx) => {
      await fillSearch(tx, 1);
      await applyEvents(database, [articleEvent("article.updated", article(1, 2))]);
    });
    expect(await countPending(database)).toBe(1);
    await fillAll(database);
    await expectTrueVectors(database);
  });

  test("an older vector that comes late does not replace a newer one, or nothing beside a tombstone", async () => {
    await using store = await openPostgresStore("replica");
    const { database } = store;
    await applyEvents(database, [created(1), created(2), created(3)]);
    const held = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const holding = database.withTransaction(async (tx) => {
      await tx.query({ text: "SELECT FROM articles WHERE id = 3 FOR UPDATE" });
      held.resolve();
      await release.promise;
    });
    await held.promise;
    const late = fillSearch(database, 3);
    const waiting = { text: "SELECT FROM pg_locks WHERE NOT granted" };
    await waitFor("it to wait with what it has read", async () => (await database.query(waiting)).row_count > 0);
    await applyEvents(database, [articleEvent("article.updated", article(1, 2)), articleEvent("article.deleted", article(2, 2))]);
    expect(await fillSearch(database, 10)).toBe(2);
    release.resolve();
    await Promise.all([holding, late]);
    expect(await countPending(database)).toBe(0);
    await expectTrueVectors(database);
  });
}

function startFiller(database: Database) {
  const told = { failed: 0, resumed: 0 };
  const filler = createSearchFiller({
    database,
    hooks: { onFillFailed: () => told.failed++, onFillResumed: () => told.resumed++ },
  });
  const stop = new AbortController();
  const running = filler.run(stop.signal);
  return {
    told,
    applied: filler.applied,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

async function fillAll(database: Database): Promise<void> {
  while ((await fillSearch(database, 10)) > 0);
}

async function vectors(database: Database) {
  const text = "SELECT id, search IS NOT NULL AS searchable FROM article_search ORDER BY id";
  return (await database.query<{ id: number; searchable: boolean }>({ text })).rows;
}

/** Every article has its own, no tombstone has one, and none stands alone. */
async function expectTrueVectors(database: Database): Promise<void> {
  const text = `SELECT id FROM articles a FULL JOIN article_search s USING (id)
    WHERE a.deleted IS NULL OR s.search IS DISTINCT FROM
      CASE WHEN NOT a.deleted THEN blog_search_vector(a.title, a.content, a.author, a.category, a.tags) END`;
  expect((await database.query({ text })).rows).toEqual([]);
}
