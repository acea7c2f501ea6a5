import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
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

  test("two processes that work off a rush at once count each view once", async () => {
    await using store = await openPostgresStore("primary", 2);
    const ids = await addArticles(store.database, 5_000);
    const processes = [store.database, ...store.others].map((database) => createViewCounts({ database }));
    for (let round = 0; round < 8; round++) {
      for (const counts of processes) for (const id of ids) counts.count(id);
      await Promise.all(processes.map((counts) => counts.flush()));
      await Promise.all(processes.map((counts) => counts.settle(never)));
    }
    // The first time each may find that the other one has put something there.
    for (let round = 0; round < 2; round++) {
      await Promise.all(processes.map((counts) => counts.flush()));
      await Promise.all(processes.map((counts) => counts.settle(never)));
    }
    expect(await backlogRows(store.database)).toBe(0);
    expect(await views(store.database)).toEqual(ids.map((id) => ({ id, views: 16 })));
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

async function backlogRows(database: Database): Promise<number> {
  const { rows } = await database.query<{ count: number }>({ text: "SELECT count(*) AS count FROM views_backlog" });
  return rows[0]?.count ?? 0;
}

const sum = (counts: readonly { readonly views: number }[]) => counts.reduce((total, { views }) => total + views, 0);
const never = new AbortController().signal;

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

  describe("of more articles than are counted at once", () => {
    let ids: readonly number[];
    const mine = async () => (await views(store.database)).filter(({ id }) => ids.includes(id));
    beforeEach(async () => {
      ids = await addArticles(store.database, 2_500);
    });

    test("wait in DB1 while the rush goes on, a part of them counted at a time, and all of them behind it", async () => {
      const { database } = store;
      let commits = 0;
      const counts = createViewCounts({ database, hooks: { onCommitted: () => commits++ } });
      for (const id of ids) counts.count(id);
      await counts.flush();
      expect(await backlogRows(database)).toBe(3);
      expect(sum(await mine())).toBe(0);

      await counts.settle(never);
      expect(commits).toBe(1);
      expect(sum(await mine())).toBe(1_000);

      await counts.flush();
      await counts.settle(never);
      expect(await backlogRows(database)).toBe(0);
      expect(await mine()).toEqual(ids.map((id) => ({ id, views: 1 })));
    });

    test("are counted once for several flushes, each article in its turn, with cumulative events", async () => {
      const { database } = store;
      const outbox = createOutbox(database);
      await outbox.remove((await outbox.take(10_000)).map(({ id }) => id));
      const counts = createViewCounts({ database });
      for (let flush = 1; flush <= 6; flush++) {
        for (const id of ids) for (let view = 0; view < flush; view++) counts.count(id);
        await counts.flush();
      }
      expect(await backlogRows(database)).toBe(18);
      for (let turn = 0; turn < 3; turn++) await counts.settle(never);
      expect(await backlogRows(database)).toBe(0);
      expect(await mine()).toEqual(ids.map((id) => ({ id, views: 21 })));
      const told = (await outbox.take(10_000)).map(({ value }) => JSON.parse(String(value)).data);
      expect(told).toEqual(ids.map((id) => ({ id, views_count: 21 })));
      await outbox.remove((await outbox.take(10_000)).map(({ id }) => id));
    });

    test("are counted by whoever is next, when the process that put them down is gone", async () => {
      const gone = createViewCounts({ database: store.database });
      for (const id of ids) gone.count(id);
      await gone.flush();
      const next = createViewCounts({ database: store.database });
      await next.settle(never);
      await next.settle(never);
      expect(await mine()).toEqual(ids.map((id) => ({ id, views: 1 })));
    });

    test("are left to the process that is in a rush for as long as more come", async () => {
      const { database } = store;
      const [busy, idle] = [createViewCounts({ database }), createViewCounts({ database })];
      for (let flush = 1; flush <= 3; flush++) {
        for (const id of ids) busy.count(id);
        await busy.flush();
        await idle.settle(never);
        expect(sum(await mine())).toBe(0);
      }
      await idle.settle(never);
      expect(sum(await mine())).toBe(3 * ids.length);
    });

    test("are left waiting when the process stops", async () => {
      const { database } = store;
      const counts = createViewCounts({ database });
      for (const id of ids) counts.count(id);
      await counts.flush();
      await counts.flush();
      await counts.settle(AbortSignal.abort());
      expect(await backlogRows(database)).toBe(3);
      await counts.settle(never);
      expect(sum(await mine())).toBe(ids.length);
    });
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
