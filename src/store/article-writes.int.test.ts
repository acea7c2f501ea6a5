import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { Article } from "../article/article.ts";
import { create, type NewArticle, patch, publish } from "../article/commands.ts";
import { AppError } from "../article/errors.ts";
import { describeWith, postgres } from "../testing/services.ts";
import { openPgliteStore, openPostgresStore, type TestStore } from "../testing/stores.ts";
import { createArticleReads } from "./article-reads.ts";
import type { ArticleReads, ArticleWrites, Outbox } from "./article-store.ts";
import { createArticleWrites } from "./article-writes.ts";
import { createOutbox } from "./outbox.ts";
import { createViewCounts } from "./view-counts.ts";
import type { WriteCondition } from "./write-condition.ts";

const now = new Date("2026-11-23T09:30:00.000Z");
const later = new Date("2026-11-23T09:31:00.000Z");
const input = { title: "Title", content: "Content", author: "Ada" };
const ifMatch = (...versions: number[]): WriteCondition => ({
  versions,
  text: versions.map((version) => `"${version}"`).join(", "),
});
/** PGlite makes its files first. */
const open_timeout_ms = 30_000;

describeWith([postgres], "article writes on PostgreSQL", () => articleWrites(() => openPostgresStore("primary")));
describe("article writes on PGlite", () => articleWrites(() => openPgliteStore("primary")));

function articleWrites(open: () => Promise<TestStore>): void {
  let store: TestStore;
  let reads: ArticleReads;
  let writes: ArticleWrites;
  let outbox: Outbox;
  let commits = 0;

  beforeAll(async () => {
    store = await open();
    const { database } = store;
    reads = createArticleReads({ database, dialect: "primary" });
    writes = createArticleWrites({ database, reads, onCommitted: () => commits++ });
    outbox = createOutbox(database);
  }, open_timeout_ms);
  afterAll(() => store[Symbol.asyncDispose]());
  beforeEach(async () => {
    await store.database.query({ text: "DELETE FROM articles" });
    await store.database.query({ text: "DELETE FROM outbox" });
    commits = 0;
  });

  const add = (article: NewArticle = create(input, now)) => writes.create(article, {});
  const events = async () => (await outbox.take(10_000)).map(({ value }) => JSON.parse(String(value)));

  describe("create", () => {
    test("answers the article as it reads afterwards, and its event carries the same bytes", async () => {
      const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
      const article = create({ ...input, tags: ['a "b"', "ж\\", "{,}"], status: "published" }, now);
      const written = await writes.create(article, { traceparent });
      const { id } = written.article;
      expect(JSON.parse(written.article.json)).toEqual({ ...article, id });
      expect(await reads.get(id)).toEqual(written.article);
      const [row] = await outbox.take(10);
      expect(row?.value).toEndWith(`,"schema_version":1,"epoch":1,"data":${written.article.json}}`);
      expect(row?.headers).toMatchObject({ event_type: "article.created", traceparent });
      expect(commits).toBe(1);
    });

    test("many at once each get their own article, and one event each", async () => {
      const titles = Array.from({ length: 500 }, (_, index) => `Title ${index}`);
      const written = await Promise.all(titles.map((title) => add(create({ ...input, title }, now))));
      expect(written.map(({ article }) => JSON.parse(article.json).title)).toEqual(titles);
      expect(new Set(written.map(({ article }) => article.id)).size).toBe(500);
      const told = await events();
      expect(told.map(({ data }) => data.id).toSorted()).toEqual(written.map(({ article }) => article.id).toSorted());
      expect(commits).toBeLessThan(100);
    });

    test("a bad row in a batch fails alone", async () => {
      const titles = Array.from({ length: 50 }, (_, index) => (index === 20 ? "x".repeat(201) : `Title ${index}`));
      const settled = await Promise.allSettled(titles.map((title) => add({ ...create(input, now), title })));
      expect(settled.map(({ status }) => status).indexOf("rejected")).toBe(20);
      expect(settled.filter(({ status }) => status === "rejected")).toHaveLength(1);
      expect(await events()).toHaveLength(49);
    });

    test("1 MiB of quotes, control characters or distinct words comes back and out as it went in", async () => {
      const contents = [
        '"'.repeat(1_048_576),
        "\u0001".repeat(1_048_576),
        Array.from({ length: 150_000 }, (_, index) => (index * 7919).toString(36))
          .join(" ")
          .slice(0, 1_048_576),
      ];
      for (const content of contents) {
        const { article } = await add(create({ ...input, content }, now));
        expect(JSON.parse(article.json).content === content).toBe(true);
        expect(JSON.parse((await reads.get(article.id))?.json ?? "").content === content).toBe(true);
      }
      const sizes: number[] = [];
      for (let taken = await outbox.take(10); taken.length > 0; taken = await outbox.take(10)) {
        sizes.push(taken.length);
        await outbox.remove(taken.map(({ id }) => id));
      }
      // 2, 6 and 1 MiB: what is taken at once stays under 8.
      expect(sizes).toEqual([1, 2]);
    });
  });

  describe("change", () => {
    test("writes the next version, its event, and the views as they are", async () => {
      const { article } = await add(create({ ...input, status: "published" }, now));
      const views = createViewCounts({ database: store.database });
      views.count(article.id);
      await views.flush();
      const written = await writes.change(article.id, undefined, (before) => patch(before, { tags: ["x", "y"] }, later), {});
      expect(written.change).toBe("changed");
      expect(JSON.parse(written.article.json)).toMatchObject({
        version: 2,
        tags: ["x", "y"],
        views_count: 1,
        updated_at: "2026-11-23T09:31:00.000Z",
      });
      expect(await reads.get(article.id)).toEqual(written.article);
      expect((await events()).map(({ event_type, data }) => [event_type, data.version, data.views_count])).toEqual([
        ["article.created", 1, 0],
        ["article.viewed", undefined, 1],
        ["article.updated", 2, 1],
      ]);
    });

    test("one that changes nothing writes nothing", async () => {
      const { article } = await add();
      const written = await writes.change(article.id, ifMatch(1), (before) => patch(before, { title: input.title }, later), {});
      expect(written).toEqual({ article, change: "unchanged" });
      expect(await events()).toHaveLength(1);
      expect(commits).toBe(1);
    });

    test("ten at once all get through, as ten versions and ten events in order", async () => {
      const { article } = await add();
      const written = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          writes.change(article.id, undefined, (before) => patch(before, { title: `Title ${index}` }, later), {}),
        ),
      );
      const versions = written.map((each) => each.article.version).toSorted((a, b) => a - b);
      expect(versions).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      expect((await events()).map(({ data }) => data.version)).toEqual([1, ...versions]);
    });

    test("of two under the same If-Match exactly one wins, and the other learns the version", async () => {
      const { article } = await add();
      const settled = await Promise.allSettled(
        ["One", "Two"].map((title) => writes.change(article.id, ifMatch(1), (before) => patch(before, { title }, later), {})),
      );
      const [lost, ...others] = settled.filter((each) => each.status === "rejected");
      expect(others).toEqual([]);
      expect(lost?.reason).toMatchObject({ code: "precondition_failed", message: expect.stringContaining("version 2") });
      expect(await events()).toHaveLength(2);
    });

    test("If-Match is judged before the change", async () => {
      const { article } = await add();
      const never = () => {
        throw new Error("decided");
      };
      await expect(writes.change(article.id, ifMatch(7, 8), never, {})).rejects.toMatchObject({ code: "precondition_failed" });
      await expect(writes.change(article.id + 1, ifMatch(1), never, {})).rejects.toMatchObject({ code: "not_found" });
      const any: WriteCondition = { versions: "*", text: "*" };
      expect((await writes.change(article.id, any, (before) => publish(before, later), {})).article.status).toBe("published");
    });

    test("what the rules refuse leaves no trace", async () => {
      const { article } = await add(create({ ...input, status: "archived" }, now));
      const refused = writes.change(article.id, undefined, (before) => publish(before, later), {});
      await expect(refused).rejects.toBeInstanceOf(AppError);
      expect(await events()).toHaveLength(1);
    });
  });

  describe("remove", () => {
    test("tells of the article as it last was, one version on", async () => {
      const { article } = await add();
      expect(await writes.remove(article.id, ifMatch(1), {})).toEqual({ version: 2 });
      expect(await reads.get(article.id)).toBeUndefined();
      const last: Article = JSON.parse(article.json);
      expect((await events()).at(-1)).toMatchObject({ event_type: "article.deleted", data: { ...last, version: 2 } });
      const { rows } = await store.database.query({ text: "SELECT 1 FROM article_views" });
      expect(rows).toEqual([]);
    });

    test("refuses another version, and an article that is not there", async () => {
      const { article } = await add();
      await expect(writes.remove(article.id, ifMatch(2), {})).rejects.toMatchObject({ code: "precondition_failed" });
      await expect(writes.remove(article.id + 1, undefined, {})).rejects.toMatchObject({ code: "not_found" });
      await writes.remove(article.id, { versions: "*", text: "*" }, {});
      await expect(writes.remove(article.id, undefined, {})).rejects.toMatchObject({ code: "not_found" });
    });
  });

  test("outbox ids grow with the version of each article, whatever runs at once", async () => {
    const created = await Promise.all(Array.from({ length: 5 }, () => add()));
    const ids = created.map(({ article }) => article.id);
    const changes = ids.flatMap((id) =>
      Array.from({ length: 8 }, (_, index) =>
        writes.change(id, undefined, (before) => patch(before, { content: `Content ${index}` }, later), {}),
      ),
    );
    await Promise.all(changes);
    await Promise.all(ids.map((id) => writes.remove(id, undefined, {})));
    const told = await events();
    for (const id of ids) {
      expect(told.filter(({ data }) => data.id === id).map(({ data }) => data.version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    }
  });

  test("kept counts are true after any write, by hand too", async () => {
    await Promise.all([add(), add(), add(create({ ...input, status: "published" }, now))]);
    const { article } = await add();
    await writes.change(article.id, undefined, (before) => publish(before, later), {});
    expect(await reads.counts()).toEqual({ draft: 2, published: 2, archived: 0 });
    await store.database.query({ text: "UPDATE articles SET status = 'archived' WHERE status = 'draft'" });
    expect(await reads.counts()).toEqual({ draft: 0, published: 2, archived: 2 });
    await store.database.query({ text: "DELETE FROM articles WHERE status = 'published'" });
    expect(await reads.counts()).toEqual({ draft: 0, published: 0, archived: 2 });
    await store.database.query({ text: "TRUNCATE articles" });
    expect(await reads.counts()).toEqual({ draft: 0, published: 0, archived: 0 });
  });
}
