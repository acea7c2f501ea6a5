import { afterAll, beforeAll, expect, test } from "bun:test";
import { describeWith, postgres } from "../testing/services.ts";
import { openPostgresStore, type TestStore } from "../testing/stores.ts";
import type { Database } from "./database.ts";
import { createVersionWait } from "./version-wait.ts";

describeWith([postgres], "waiting for a version in DB2", () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await openPostgresStore("replica");
  });
  afterAll(() => store[Symbol.asyncDispose]());

  const never = new AbortController().signal;
  const write = (id: number, version: number, deleted = false, status = "draft") =>
    store.database.query(
      {
        text: `INSERT INTO articles (id, title, content, author, category, tags, status, version, created_at, updated_at, epoch, deleted)
VALUES ($1, 'T', 'C', 'A', 'general', '{}', $4, $2, now(), now(), 1, $3)
ON CONFLICT (id) DO UPDATE SET version = excluded.version, deleted = excluded.deleted`,
      },
      [id, version, deleted, status],
    );

  test("what is there already is told at once, a tombstone too", async () => {
    const versions = createVersionWait({ database: store.database });
    await write(1, 3);
    await write(2, 5, true);
    expect(
      await Promise.all([versions.reached(1, 3, never), versions.reached(1, 2, never), versions.reached(2, 5, never)]),
    ).toEqual([true, true, true]);
  });

  test("who sees only what is published learns nothing of drafts and tombstones: they are as never written", async () => {
    const versions = createVersionWait({ database: store.database, timeout_ms: 100 });
    await write(11, 3);
    await write(12, 3, true, "published");
    await write(13, 3, false, "published");
    const reached = [11, 12, 13, 14].map((id) => versions.reached(id, 3, never, true));
    expect(await Promise.all(reached)).toEqual([false, false, true, false]);
  });

  test("what comes meanwhile is found, whether or not somebody wakes us", async () => {
    const versions = createVersionWait({ database: store.database, timeout_ms: 10_000 });
    const polled = versions.reached(3, 2, never);
    await write(3, 1);
    await write(3, 2);
    expect(await polled).toBe(true);
    const woken = versions.reached(4, 1, never);
    await write(4, 1);
    versions.wake();
    expect(await woken).toBe(true);
  });

  test("what does not come is given up after the time that was set", async () => {
    const versions = createVersionWait({ database: store.database, timeout_ms: 150 });
    await write(5, 1);
    const began = performance.now();
    expect(await versions.reached(5, 2, never)).toBe(false);
    expect(performance.now() - began).toBeGreaterThan(140);
  });

  test("many who wait cost few statements, and who leaves is forgotten", async () => {
    let statements = 0;
    const counting: Pick<Database, "query"> = {
      query(...call) {
        statements++;
        return store.database.query(...call);
      },
    };
    const versions = createVersionWait({ database: counting, timeout_ms: 300 });
    const gone = new AbortController();
    const left = versions.reached(6, 1, gone.signal);
    const waiting = Array.from({ length: 500 }, (_, n) => versions.reached(1000 + n, 1, never));
    gone.abort(new Error("gone"));
    await expect(left).rejects.toThrow("gone");
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([false]));
    expect(statements).toBeLessThan(30);
  });

  test("a database that fails is told of, and the next who waits asks it again", async () => {
    let failing = true;
    const flaky: Pick<Database, "query"> = {
      query: (...call) => (failing ? Promise.reject(new Error("DB2 is away")) : store.database.query(...call)),
    };
    const versions = createVersionWait({ database: flaky });
    await expect(versions.reached(1, 1, never)).rejects.toThrow("DB2 is away");
    await versions.reached(1, 1, never).catch(() => {});
    failing = false;
    expect(await versions.reached(1, 1, never)).toBe(true);
  });
});
