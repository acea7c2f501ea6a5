import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { create } from "../article/commands.ts";
import { describeWith, postgres } from "../testing/services.ts";
import { openPgliteStore, openPostgresStore, type TestStore } from "../testing/stores.ts";
import type { Outbox } from "./article-store.ts";
import { createArticles } from "./create-statement.ts";
import { createOutbox } from "./outbox.ts";
import { createParkedEvents } from "./parked-events.ts";

describeWith([postgres], "outbox on PostgreSQL", () => outboxRows(() => openPostgresStore("primary")));
describe("outbox on PGlite", () => outboxRows(() => openPgliteStore("primary")));

/** PGlite makes its files first. */
const open_timeout_ms = 30_000;

function outboxRows(open: () => Promise<TestStore>): void {
  let store: TestStore;
  let outbox: Outbox;
  beforeAll(async () => {
    store = await open();
    outbox = createOutbox(store.database);
  }, open_timeout_ms);
  afterAll(() => store[Symbol.asyncDispose]());
  beforeEach(async () => {
    await store.database.query({ text: "TRUNCATE outbox" });
  });

  const run = (text: string) => store.database.query({ text });

  test("an event has the stated form, and DB1's epoch at the time it is taken", async () => {
    const [article] = await createArticles(store.database, [
      { article: create({ title: "T", content: "C", author: "A" }, new Date()), origin: {} },
    ]);
    await run("UPDATE blog_state SET epoch = 7");
    const [row] = await outbox.take(1);
    await run("UPDATE blog_state SET epoch = 1");
    expect(JSON.parse(String(row?.value))).toEqual({
      event_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      event_type: "article.created",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      schema_version: 1,
      epoch: 7,
      data: JSON.parse(article?.json ?? ""),
    });
    expect(row?.key).toBe(String(article?.id));
    expect(Object.keys(row?.headers ?? {})).toEqual(["event_id", "event_type"]);
  });

  test("gives the oldest first, until they are removed", async () => {
    await run("INSERT INTO outbox (article_id, event_type, data) SELECT i, 'article.viewed', '{}' FROM generate_series(1, 5) i");
    const first = await outbox.take(2);
    expect(first.map((row) => row.key)).toEqual(["1", "2"]);
    expect(await outbox.take(2)).toEqual(first);
    await outbox.remove(first.map(({ id }) => id));
    await outbox.remove([]);
    expect((await outbox.take(10)).map((row) => row.key)).toEqual(["3", "4", "5"]);
  });

  test("a row that is parked is out of the way, and comes back as it was, under its id", async () => {
    await run("TRUNCATE parked_events");
    await run("INSERT INTO outbox (article_id, event_type, data) SELECT i, 'article.viewed', '{}' FROM generate_series(1, 3) i");
    const before = await outbox.take(10);
    const id = before[1]?.id ?? 0;
    await outbox.park(id, "too_large", "12 bytes too many");
    await outbox.park(id, "too_large", "by another leader, too late");
    expect((await outbox.take(10)).map((row) => row.key)).toEqual(["1", "3"]);
    const parked = createParkedEvents(store.database);
    expect(await parked.count()).toBe(1);
    expect(await parked.list({ limit: 10 })).toMatchObject([{ id, key: "2", error: "12 bytes too many" }]);
    expect(await parked.get(id)).toMatchObject({ id, value: before[1]?.value });
    expect(await parked.unpark([id, id + 100])).toEqual([id]);
    expect(await parked.count()).toBe(0);
    expect(await outbox.take(10)).toEqual(before);
  });

  test("a record that is to go verbatim comes out byte for byte, whatever it holds", async () => {
    const record = { key: null, value: Buffer.from([0, 0xff, 0x7b]), headers: { trace: Buffer.from([0xfe]) } };
    await createParkedEvents(store.database).sendVerbatim([
      { ...record, partition: 2 },
      { ...record, value: null },
    ]);
    const [first, second] = await outbox.take(10);
    expect(first).toMatchObject({ ...record, partition: 2 });
    expect(second).toMatchObject({ key: null, value: null });
  });

  test("takes no more than 8 MiB at once, but one row however large", async () => {
    await run(
      `INSERT INTO outbox (article_id, event_type, data)
        SELECT i, 'article.updated', repeat('x', 1048576 * size) FROM unnest(ARRAY[7, 1, 1, 9, 1]) WITH ORDINALITY AS t(size, i)`,
    );
    const sizes: number[] = [];
    for (let rows = await outbox.take(10); rows.length > 0; rows = await outbox.take(10)) {
      sizes.push(rows.length);
      await outbox.remove(rows.map(({ id }) => id));
    }
    expect(sizes).toEqual([2, 1, 1, 1]);
  });

  test("tells how many wait, and how long the oldest has", async () => {
    expect(await outbox.state()).toEqual({ pending: 0, oldest_age_s: 0 });
    await run(
      "INSERT INTO outbox (article_id, event_type, data) SELECT i, 'article.viewed', '{}' FROM generate_series(1, 12000) i",
    );
    await run("UPDATE outbox SET created_at = created_at - interval '1 hour' WHERE id = (SELECT min(id) FROM outbox)");
    const state = await outbox.state();
    expect(state.pending).toBe(12_000);
    expect(state.oldest_age_s).toBeWithin(3_600, 3_700);
    await run("DELETE FROM outbox WHERE id % 2 = 0 OR article_id > 4000");
    expect((await outbox.state()).pending).toBe(2_000);
  });
}
