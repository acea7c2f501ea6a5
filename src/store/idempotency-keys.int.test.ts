import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { create } from "../article/commands.ts";
import { describeWith, postgres } from "../testing/services.ts";
import { openPgliteStore, openPostgresStore, type TestStore } from "../testing/stores.ts";
import type { ArticleWrites, HandledAnswer, IdempotencyKeys } from "./article-store.ts";
import type { Database } from "./database.ts";
import { createIdempotencyKeys } from "./idempotency-keys.ts";

describeWith([postgres], "idempotency keys on PostgreSQL", () => {
  idempotencyKeys(() => openPostgresStore("primary"));

  test("a request that runs in another process is in progress, then its answer is found", async () => {
    await using store = await openPostgresStore("primary", 2);
    const [here, there] = [store.database, ...store.others].map((database) => createIdempotencyKeys({ database, ttl_hours: 24 }));
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    const first = here?.run(request(), async (writes) => {
      start();
      await held;
      return await creating(writes);
    });
    await started;
    await expect(there?.run(request(), creating)).rejects.toMatchObject({ code: "idempotency_in_progress", retry_after_s: 1 });
    release();
    expect(await there?.run(request(), never)).toEqual(await first);
  });
});
describe("idempotency keys on PGlite", () => idempotencyKeys(() => openPgliteStore("primary")));

/** PGlite makes its files first. */
const open_timeout_ms = 30_000;

const request = (more: { key?: string; fingerprint?: string; caller?: string } = {}) => ({
  caller: "anonymous",
  key: "key-1",
  fingerprint: "aa",
  ...more,
});

async function creating(writes: ArticleWrites): Promise<HandledAnswer> {
  const { article } = await writes.create(create({ title: "T", content: "C", author: "A" }, new Date()), {});
  return { answer: { status: 201, headers: { location: `/articles/${article.id}` }, body: `${article.json}\n` }, keep: true };
}

function never(): Promise<HandledAnswer> {
  throw new Error("handled twice");
}

function idempotencyKeys(open: () => Promise<TestStore>): void {
  let database: Database;
  let store: TestStore;
  let keys: IdempotencyKeys;

  beforeAll(async () => {
    store = await open();
    ({ database } = store);
    keys = createIdempotencyKeys({ database, ttl_hours: 24 });
  }, open_timeout_ms);
  afterAll(() => store[Symbol.asyncDispose]());

  const articlesNow = async () => {
    const { rows } = await database.query<{ n: number }>({ text: "SELECT count(*) AS n FROM articles" });
    return rows[0]?.n ?? 0;
  };

  test("the same request again gets the first answer, byte for byte, and writes nothing", async () => {
    const before = await articlesNow();
    const first = await keys.run(request({ key: "again" }), creating);
    expect(await keys.run(request({ key: "again" }), never)).toEqual(first);
    expect(await articlesNow()).toBe(before + 1);
  });

  test("another request under the key is refused; another caller's key is another key", async () => {
    await keys.run(request({ key: "mine" }), creating);
    await expect(keys.run(request({ key: "mine", fingerprint: "bb" }), never)).rejects.toMatchObject({
      code: "idempotency_key_reused",
    });
    expect((await keys.run(request({ key: "mine", caller: "else" }), creating)).status).toBe(201);
  });

  test("two at once: one is done, the other is in progress", async () => {
    const before = await articlesNow();
    const settled = await Promise.allSettled([1, 2].map(() => keys.run(request({ key: "twice" }), creating)));
    expect(settled[0]?.status).toBe("fulfilled");
    expect(settled[1]).toMatchObject({ status: "rejected", reason: { code: "idempotency_in_progress", retry_after_s: 1 } });
    expect(await articlesNow()).toBe(before + 1);
  });

  test("an answer that is not kept undoes what was written, and the key is free again", async () => {
    const before = await articlesNow();
    const answer = await keys.run(request({ key: "undone" }), async (writes) => ({ ...(await creating(writes)), keep: false }));
    expect(answer.status).toBe(201);
    expect(await articlesNow()).toBe(before);
    expect((await keys.run(request({ key: "undone" }), creating)).status).toBe(201);
  });

  test("a request that failed leaves the key free", async () => {
    await expect(keys.run(request({ key: "failed" }), never)).rejects.toThrow("handled twice");
    expect((await keys.run(request({ key: "failed" }), creating)).status).toBe(201);
  });

  test("an expired key counts as never used, and is removed", async () => {
    const first = await keys.run(request({ key: "old" }), creating);
    const age = { text: "UPDATE idempotency_keys SET created_at = clock_timestamp() - interval '25 hours' WHERE key = 'old'" };
    await database.query(age);
    const second = await keys.run(request({ key: "old", fingerprint: "cc" }), creating);
    expect(second.headers["location"]).not.toBe(first.headers["location"]);
    expect(await keys.run(request({ key: "old", fingerprint: "cc" }), never)).toEqual(second);
    await database.query(age);
    expect(await keys.expire(24)).toBe(1);
    expect(await keys.expire(24)).toBe(0);
  });
}
