import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { ReceivedRecord } from "../article/event-log.ts";
import { describeWith, postgres } from "../testing/services.ts";
import { openPgliteStore, openPostgresStore, type TestStore } from "../testing/stores.ts";
import { waitFor } from "../testing/wait-for.ts";
import { article, articleEvent, toRecord, viewedEvent } from "./test-events.ts";
import { replicate } from "./test-replication.ts";

// The first start of PGlite takes seconds.
setDefaultTimeout(30_000);

describe("replication into PGlite", () => promises(() => openPgliteStore("replica")));
describeWith([postgres], "replication into PostgreSQL", () => promises(() => openPostgresStore("replica")));

function promises(open: () => Promise<TestStore>): void {
  let store: TestStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store[Symbol.asyncDispose]());
  afterEach(async () => {
    await store.database.query({ text: "TRUNCATE articles" });
    await store.database.query({ text: "TRUNCATE dead_letters" });
  });

  const titles = async () =>
    (await store.database.query<{ title: string }>({ text: "SELECT title FROM articles ORDER BY id" })).rows.map(
      ({ title }) => title,
    );
  const letters = async () =>
    (
      await store.database.query<Record<string, unknown>>({
        text: "SELECT id, source_topic, source_partition, source_offset, key, value, headers, reason, error, attempts FROM dead_letters ORDER BY source_offset",
      })
    ).rows;

  test("what is no event of ours becomes a dead letter, with its reason, and the good ones around it are applied", async () => {
    const { deliver, published, told } = await replicate(store.database);
    const good = articleEvent("article.created", article(1, 1));
    const other = articleEvent("article.created", article(2, 1));
    const records = [
      toRecord(good, 0),
      raw("1", "{", 1),
      raw("1", JSON.stringify({ ...good, data: { ...good.data, title: "x".repeat(1_048_576) } }), 2),
      raw("1", JSON.stringify({ ...good, event_type: "article.sold" }), 3),
      raw("1", JSON.stringify({ ...good, schema_version: 2 }), 4),
      raw("9", JSON.stringify(good), 5),
      toRecord(other, 6),
    ];
    await deliver(records);
    expect(await titles()).toEqual(["Title 1.1", "Title 2.1"]);
    const kept = await letters();
    expect(kept.map(({ id, reason }) => [id, reason])).toEqual([
      ["3-1", "malformed_json"],
      ["3-2", "invalid_event"],
      ["3-3", "unknown_event_type"],
      ["3-4", "unknown_schema_version"],
      ["3-5", "invalid_event"],
    ]);
    expect(kept[4]?.["error"]).toContain('key is "9"');
    expect(published.map(({ record }) => record.offset)).toEqual(["1", "2", "3", "4", "5"]);
    expect(told.dead_letters).toEqual(kept.map(({ reason }) => String(reason)));
  });

  test("what a later version added to an article is left out, however it is made", async () => {
    const { deliver, told } = await replicate(store.database);
    const event = JSON.stringify(articleEvent("article.created", article(1, 1)));
    const additions = ["[".repeat(4_000) + "]".repeat(4_000), '"\\ud800"', '"\\u0000"', '{"__proto__":{"title":"other"}}'];
    for (const [offset, addition] of additions.entries()) {
      const added = event.replace('"data":{"id":1,', `"data":{"id":${offset + 1},"later":${addition},"__proto__":${addition},`);
      await deliver([raw(String(offset + 1), added, offset)]);
    }
    expect(await titles()).toEqual(["Title 1.1", "Title 1.1", "Title 1.1", "Title 1.1"]);
    expect(told.dead_letters).toEqual([]);
  });

  test("a completion that DB2 refuses becomes a dead letter, and the line goes on", async () => {
    await store.database.query({ text: "ALTER TABLE resync_completions ADD CONSTRAINT by_hand CHECK (partitions < 100)" });
    try {
      const { deliver } = await replicate(store.database);
      const completed = {
        ...articleEvent("article.created", article(1, 1)),
        event_type: "resync.completed",
        data: { epoch: 2, partitions: 100 },
      };
      await deliver([raw("", JSON.stringify(completed), 0), toRecord(articleEvent("article.created", article(1, 1)), 1)]);
      expect(await titles()).toEqual(["Title 1.1"]);
      expect(await letters()).toMatchObject([{ id: "3-0", reason: "refused_by_database" }]);
    } finally {
      await store.database.query({ text: "ALTER TABLE resync_completions DROP CONSTRAINT by_hand" });
    }
  });

  test("a dead letter is kept byte for byte, and once however often it is delivered", async () => {
    const { deliver } = await replicate(store.database);
    const poison: ReceivedRecord = {
      key: Buffer.from([0, 0xff]),
      value: Buffer.from([0xfe, 0, 0x0a]),
      headers: { trace: Buffer.from([0xff, 1]) },
      offset: "41",
    };
    await deliver([poison]);
    await deliver([poison]);
    const kept = await letters();
    expect(kept).toHaveLength(1);
    expect(Buffer.from(bytesOf(kept[0]?.["key"])).equals(Buffer.from([0, 0xff]))).toBe(true);
    expect(Buffer.from(bytesOf(kept[0]?.["value"])).equals(Buffer.from([0xfe, 0, 0x0a]))).toBe(true);
    expect(JSON.stringify(kept[0]?.["headers"])).toContain(Buffer.from([0xff, 1]).toString("base64"));
  });

  test("only the event that DB2 refuses becomes a dead letter, wherever it stands in its batch", async () => {
    await store.database.query({ text: "ALTER TABLE articles ADD CONSTRAINT by_hand CHECK (title <> 'Title 5.1')" });
    try {
      const { deliver } = await replicate(store.database);
      const events = Array.from({ length: 9 }, (_, index) => articleEvent("article.created", article(index + 1, 1)));
      await deliver(events.map((event, index) => toRecord(event, index)));
      expect(await titles()).toEqual([1, 2, 3, 4, 6, 7, 8, 9].map((id) => `Title ${id}.1`));
      expect(await letters()).toMatchObject([
        { id: "3-4", reason: "refused_by_database", error: expect.stringContaining("by_hand") },
      ]);
    } finally {
      await store.database.query({ text: "ALTER TABLE articles DROP CONSTRAINT by_hand" });
    }
  });

  test("a table that is away for a while is waited for, and nothing becomes a dead letter", async () => {
    const { deliver, told, replication } = await replicate(store.database);
    await store.database.query({ text: "ALTER TABLE articles RENAME TO articles_away" });
    const written_at = new Date(Date.now() - 5000).toISOString();
    const delivery = deliver([toRecord({ ...articleEvent("article.created", article(1, 1)), timestamp: written_at }, 0)]);
    await waitFor("replication to say that DB2 is away", () => told.unavailable > 0);
    expect(replication.lagSeconds()).toBeGreaterThan(4.9);
    await store.database.query({ text: "ALTER TABLE articles_away RENAME TO articles" });
    await delivery;
    expect(await titles()).toEqual(["Title 1.1"]);
    expect(await letters()).toEqual([]);
    expect(told.available).toBe(1);
    expect(replication.lagSeconds()).toBe(0);
  });

  test("a batch that is no longer ours is given up, however long DB2 is away", async () => {
    const { deliver, told, replication } = await replicate(store.database);
    const revoked = new AbortController();
    await store.database.query({ text: "ALTER TABLE articles RENAME TO articles_away" });
    try {
      const delivery = deliver([toRecord(articleEvent("article.created", article(1, 1)), 0)], { signal: revoked.signal });
      const given_up = delivery.catch((error: unknown) => error);
      await waitFor("the first failure", () => told.unavailable > 0);
      revoked.abort();
      expect(await given_up).toBeInstanceOf(Error);
      expect(replication.trouble()).toBeUndefined();
    } finally {
      await store.database.query({ text: "ALTER TABLE articles_away RENAME TO articles" });
    }
  });

  test("what was applied and what was stale is told by event type, and lag until the log is empty", async () => {
    const { deliver, told, replication } = await replicate(store.database);
    const created = articleEvent("article.created", article(1, 1));
    const updated = { ...articleEvent("article.updated", article(1, 2)), timestamp: new Date(Date.now() - 3000).toISOString() };
    await deliver([toRecord(created, 0), toRecord(updated, 1), toRecord(viewedEvent(1, 4), 2)], { behind: 7 });
    expect(told.applied).toEqual({ "article.created": [1, 0], "article.updated": [1, 0], "article.viewed": [1, 0] });
    expect(replication.lagSeconds()).toBeGreaterThan(1);
    await deliver([toRecord(created, 0), toRecord(viewedEvent(1, 3), 3)]);
    expect(told.applied).toEqual({ "article.created": [1, 1], "article.updated": [1, 0], "article.viewed": [1, 1] });
    expect(replication.lagSeconds()).toBe(0);
  });
}

function raw(key: string, value: string, offset: number): ReceivedRecord {
  return { key: Buffer.from(key), value: Buffer.from(value), headers: {}, offset: String(offset) };
}

function bytesOf(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new Error("not bytes");
  return value;
}
