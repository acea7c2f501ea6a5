import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "../store/database.ts";
import { databaseContract } from "../store/database-contract.ts";
import { openPglite } from "./pglite-database.ts";
import { loadPgliteEngine } from "./pglite-engine.ts";

// Making a database takes 2 s, and longer where others are at work.
setDefaultTimeout(60_000);

async function openFresh(): Promise<Database> {
  const dir = await mkdtemp(join(tmpdir(), "blog-pglite-"));
  const database = await openPglite({ engine: await loadPgliteEngine(), dir, name: "primary" });
  return {
    ...database,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await rm(dir, { recursive: true });
    },
  };
}

describe("PGlite as a Database", () => {
  databaseContract(openFresh);
});

describe("PGlite in this process", () => {
  test("a query from outside waits for a transaction's end, and does not see its half", async () => {
    await using database = await openFresh();
    await database.query({ text: "CREATE TABLE note (body text)" });
    const inside = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const transaction = database.withTransaction(async (tx) => {
      await tx.query({ text: "INSERT INTO note VALUES ('half')" });
      inside.resolve();
      await release.promise;
      throw new Error("undo");
    });
    await inside.promise;
    const outside = database.query({ text: "SELECT FROM note" });
    expect(database.poolState()).toEqual({ used: 1, idle: 0, waiting: 1 });
    release.resolve();
    await expect(transaction).rejects.toThrow("undo");
    expect((await outside).row_count).toBe(0);
  });

  test("a long row of queries leaves timers their turn", async () => {
    await using database = await openFresh();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    for (let count = 0; count < 500; count++)
      await database.query({ name: "nap", text: "SELECT count(*) FROM generate_series(1, 1000)" });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
  });

  test("after it was closed it is unavailable, and closing again does nothing", async () => {
    const database = await openFresh();
    await database[Symbol.asyncDispose]();
    await expect(database.query({ text: "SELECT 1" })).rejects.toMatchObject({ code: "unavailable" });
  });
});
