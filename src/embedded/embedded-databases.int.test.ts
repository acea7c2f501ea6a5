import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDataFolder } from "./data-folder.ts";
import { openEmbeddedDatabases } from "./embedded-databases.ts";
import { upkeep } from "./upkeep.ts";

// Making a database takes 2 s, and longer where others are at work.
setDefaultTimeout(60_000);

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "blog-embedded-"));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

describe("the embedded databases", () => {
  test("are two, and keep what they hold over a restart", async () => {
    {
      using folder = openDataFolder(dir);
      await using databases = await openEmbeddedDatabases(folder);
      await databases.primary.query({ text: "CREATE TABLE kept AS SELECT 7 AS n" });
      const { rows } = await databases.replica.query({ text: "SELECT to_regclass('kept') AS kept" });
      expect(rows).toEqual([{ kept: null }]);
    }
    using folder = openDataFolder(dir);
    await using databases = await openEmbeddedDatabases(folder);
    expect((await databases.primary.query({ text: "SELECT n FROM kept" })).rows).toEqual([{ n: 7 }]);
  });

  test("what a killed first start left unfinished is made anew", async () => {
    for (const name of ["primary.unfinished", "replica.unfinished"]) {
      mkdirSync(join(dir, name));
      writeFileSync(join(dir, name, "PG_VERSION"), "18\n");
    }
    using folder = openDataFolder(dir);
    await using databases = await openEmbeddedDatabases(folder);
    expect((await databases.replica.query({ text: "SELECT 1" })).row_count).toBe(1);
    expect(readdirSync(dir).sort()).toEqual(["blog.lock", "blog.pid", "primary", "replica"]);
  });

  test("every acknowledged write outlives a SIGKILL in the middle of writing", async () => {
    const child = Bun.spawn([process.execPath, join(import.meta.dir, "write-until-killed.fixture.ts"), dir], {
      stdout: "pipe",
      stderr: "inherit",
    });
    let acknowledged = 0;
    let rest = "";
    for await (const bytes of child.stdout) {
      const lines = (rest + new TextDecoder().decode(bytes)).split("\n");
      rest = lines.pop() ?? "";
      acknowledged = Number(lines.at(-1) ?? acknowledged);
      if (acknowledged >= 300) child.kill("SIGKILL");
    }
    expect(await child.exited).toBe(137);
    using folder = openDataFolder(dir);
    await using databases = await openEmbeddedDatabases(folder);
    const { rows } = await databases.primary.query<{ count: number; last: number }>({
      text: "SELECT count(*), max(n) AS last FROM written",
    });
    expect(rows[0]?.last).toBeGreaterThanOrEqual(acknowledged);
    expect(rows[0]?.count).toBe(rows[0]?.last);
  });

  test("upkeep clears dead rows and bounds the WAL", async () => {
    using folder = openDataFolder(dir);
    await using databases = await openEmbeddedDatabases(folder);
    const { primary } = databases;
    await primary.query({ text: "CREATE TABLE queue (body text)" });
    await primary.query({ text: "INSERT INTO queue SELECT repeat(md5(n::text), 60) FROM generate_series(1, 20000) AS n" });
    await primary.query({ text: "DELETE FROM queue" });
    await primary.query({ text: "SELECT pg_stat_force_next_flush()" });
    const wal = () =>
      primary.query<{ bytes: number }>({
        text: "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn)::int8 AS bytes FROM pg_control_checkpoint()",
      });
    expect((await wal()).rows[0]?.bytes).toBeGreaterThan(32 * 1_048_576);
    await upkeep(primary);
    const { rows } = await primary.query({ text: "SELECT pg_relation_size('queue') AS bytes" });
    expect(rows).toEqual([{ bytes: 0 }]);
    expect((await wal()).rows[0]?.bytes).toBeLessThan(1_048_576);
  });
});
