import { describe, expect, test } from "bun:test";
import { describeWith, postgres } from "../testing/services.ts";
import { openPgliteStore, openPostgresStore, type TestStore } from "../testing/stores.ts";
import { createArticleReads } from "./article-reads.ts";

describeWith([postgres], "kept counts on PostgreSQL", () => {
  keptCounts(() => openPostgresStore("replica"));

  test("stay exact when several sessions write at once", async () => {
    await using store = await openPostgresStore("primary", 4);
    const sessions = [store.database, ...store.others];
    await Promise.all(
      sessions.flatMap((database, session) =>
        Array.from({ length: 20 }, async (_, index) => {
          const id = 1 + session * 100 + index;
          await database.query({
            text: `INSERT INTO articles (id, title, content, author, category, tags, status, version, created_at, updated_at)
              VALUES (${id}, 't', 'c', 'a', 'c', '{}', 'draft', 1, now(), now())`,
          });
          if (index % 2 === 0) await database.query({ text: `UPDATE articles SET status = 'published' WHERE id = ${id}` });
          if (index % 5 === 0) await database.query({ text: `DELETE FROM articles WHERE id = ${id}` });
        }),
      ),
    );
    const reads = createArticleReads({ database: store.database, dialect: "primary" });
    expect(await reads.counts()).toEqual({ draft: 32, published: 32, archived: 0 });
  });
});
describe("kept counts on PGlite", () => keptCounts(() => openPgliteStore("replica")));

/** PGlite makes its files first. */
const open_timeout_ms = 30_000;

function keptCounts(open: () => Promise<TestStore>): void {
  test(
    "leave tombstones out, whichever way a row becomes one",
    async () => {
      await using store = await open();
      const { database } = store;
      const reads = createArticleReads({ database, dialect: "replica" });
      const insert = `INSERT INTO articles (id, title, content, author, category, tags, status, version, created_at, updated_at, epoch, deleted)
        SELECT i, 't', 'c', 'a', 'c', '{}', 'draft', 1, now(), now(), 1, i = 3 FROM generate_series(1, 4) i
        ON CONFLICT (id) DO UPDATE SET status = 'published', deleted = articles.id = 1`;
      await database.query({ text: insert });
      expect(await reads.counts()).toEqual({ draft: 3, published: 0, archived: 0 });
      await database.query({ text: insert });
      expect(await reads.counts()).toEqual({ draft: 0, published: 3, archived: 0 });
      await database.query({ text: "UPDATE articles SET deleted = true WHERE id = 2" });
      await database.query({ text: "DELETE FROM articles WHERE id IN (1, 4)" });
      expect(await reads.counts()).toEqual({ draft: 0, published: 1, archived: 0 });
      await database.query({ text: "TRUNCATE articles" });
      expect(await reads.counts()).toEqual({ draft: 0, published: 0, archived: 0 });
    },
    open_timeout_ms,
  );
}
