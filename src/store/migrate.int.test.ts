import { describe, expect, test } from "bun:test";
import { createLog } from "../platform/log.ts";
import { describeWith, postgres } from "../testing/services.ts";
import type { Database } from "./database.ts";
import { migrate } from "./migrate.ts";
import { checkSchema, migrationStatus } from "./migration-state.ts";
import { migration, migrations } from "./migrations.ts";
import { openPostgres } from "./postgres.ts";

const log = createLog({ level: "silent", format: "json" });
const one = migration("0000_one", "CREATE TABLE one (id int);\n--> statement-breakpoint\nINSERT INTO one VALUES (1);");
const two = migration("0001_two", "CREATE TABLE two (id int)");

async function withDatabase(work: (database: Database, open: () => Database) => Promise<void>): Promise<void> {
  const { config, drop } = await postgres.createDatabase();
  await using opened = new AsyncDisposableStack();
  opened.defer(drop);
  const open = () =>
    opened.use(openPostgres({ ...config, pool_max: 2 }, { name: "primary", application_name: "blog-test", log }));
  await work(open(), open);
}

describeWith([postgres], "migrating", () => {
  test("ten processes that start at once apply each migration once", async () => {
    await withDatabase(async (database, open) => {
      const starters = [database, ...Array.from({ length: 9 }, open)];
      const applied = await Promise.all(starters.map((each) => migrate(each, migrations.primary, { log })));
      expect(applied.flat()).toEqual(migrations.primary.map(({ name }) => name));
      const states = await migrationStatus(database, migrations.primary);
      expect(states.map(({ state }) => state)).toEqual(migrations.primary.map(() => "applied"));
    });
  });

  test("the replica's migrations apply too", async () => {
    await withDatabase(async (database) => {
      expect(await migrate(database, migrations.replica, { log })).toEqual(migrations.replica.map(({ name }) => name));
      await checkSchema(database, migrations.replica);
    });
  });

  test("the search vectors of a replica are carried over, and later writes ask for theirs", async () => {
    await withDatabase(async (database) => {
      const before = migrations.replica.filter(({ name }) => name < "0004");
      await migrate(database, before, { log });
      const insert = `INSERT INTO articles (id, title, content, author, category, tags, status, version, created_at, updated_at, epoch, deleted)
        SELECT n, 'Walrus ' || n, 'Content', 'Ada', 'general', '{sea}', 'draft', n, now(), now(), 2, n = 3 FROM generate_series(1, 3) n`;
      await database.query({ text: insert });
      const kept = (
        await database.query({ text: "SELECT id, epoch, version, search FROM articles WHERE NOT deleted ORDER BY id" })
      ).rows;
      await migrate(database, migrations.replica, { log });
      expect(kept).toHaveLength(2);
      expect((await database.query({ text: "SELECT * FROM article_search ORDER BY id" })).rows).toEqual(kept);
      expect((await database.query({ text: "SELECT FROM search_pending" })).row_count).toBe(0);
      await database.query({ text: "UPDATE articles SET title = 'Pangolin' WHERE id = 2" });
      expect((await database.query({ text: "SELECT id FROM search_pending" })).rows).toEqual([{ id: 2 }]);
    });
  });

  test("only what is pending is applied, and then nothing", async () => {
    await withDatabase(async (database) => {
      expect(await migrate(database, [one], { log })).toEqual(["0000_one"]);
      expect((await migrationStatus(database, [one, two])).map(({ state }) => state)).toEqual(["applied", "pending"]);
      expect(await migrate(database, [one, two], { log })).toEqual(["0001_two"]);
      expect(await migrate(database, [one, two], { log })).toEqual([]);
    });
  });

  test("a migration that fails leaves the database as it was", async () => {
    await withDatabase(async (database) => {
      const bad = migration("0001_bad", "CREATE TABLE half (id int);\n--> statement-breakpoint\nSELECT 1 / 0");
      await expect(migrate(database, [one, bad], { log })).rejects.toMatchObject({ code: "22012" });
      expect((await migrationStatus(database, [one])).map(({ state }) => state)).toEqual(["pending"]);
      const { rows } = await database.query({ text: "SELECT to_regclass('one') AS one, to_regclass('half') AS half" });
      expect(rows).toEqual([{ one: null, half: null }]);
    });
  });

  test("a step may take longer than the statements of requests may", async () => {
    const { config, drop } = await postgres.createDatabase();
    await using opened = new AsyncDisposableStack();
    opened.defer(drop);
    const options = { name: "primary", application_name: "blog-test", log, statement_timeout_ms: 200 } as const;
    const database = opened.use(openPostgres(config, options));
    const slow = migration("0000_slow", "CREATE TABLE slow AS SELECT 1 AS one FROM pg_sleep(0.5)");
    await expect(database.query({ text: "SELECT pg_sleep(0.5)" })).rejects.toMatchObject({ code: "timeout" });
    expect(await migrate(database, [slow], { log })).toEqual(["0000_slow"]);
  });

  test("it waits for another's lock instead of failing", async () => {
    await withDatabase(async (database, open) => {
      const held = Promise.withResolvers<void>();
      const other = open().withTransaction(async (tx) => {
        await tx.query({ text: "SELECT pg_advisory_xact_lock(1651273575)" });
        held.resolve();
        await Bun.sleep(300);
      });
      await held.promise;
      expect(await migrate(database, [one], { log })).toEqual(["0000_one"]);
      await other;
    });
  });

  describe("is refused", () => {
    test("on a database that is newer than this executable", async () => {
      await withDatabase(async (database) => {
        await migrate(database, [one, two], { log });
        const message =
          "The primary database is newer than this executable (it has 0001_two; this knows up to 0000_one): upgrade the executable.";
        await expect(migrate(database, [one], { log })).rejects.toThrow(message);
        await expect(checkSchema(database, [one])).rejects.toThrow(message);
      });
    });

    test("on a database whose migrations had another text", async () => {
      await withDatabase(async (database) => {
        await migrate(database, [one], { log });
        await expect(migrate(database, [migration("0000_one", "SELECT 1"), two], { log })).rejects.toThrow(
          /another text of 0000_one/,
        );
      });
    });
  });

  test("a start without migrating names what is pending and what to run", async () => {
    await withDatabase(async (database) => {
      await expect(checkSchema(database, [one, two])).rejects.toThrow(
        "The primary database lacks 0000_one, 0001_two: run `blog migrate --target=primary`, or start with BLOG_MIGRATE=on.",
      );
    });
  });
});
