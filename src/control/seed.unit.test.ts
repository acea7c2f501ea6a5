import { expect, test } from "bun:test";
import type { Report } from "../platform/report.ts";
import { generateArticles } from "../seed/articles.ts";
import type { ArticleWrites } from "../store/article-store.ts";
import { createMemoryStore } from "../testing/memory-store.ts";
import { seedArticles } from "./seed.ts";

const silent: Report = { progress() {}, note() {} };
const never = new AbortController().signal;

async function titlesOf({ reads }: ReturnType<typeof createMemoryStore>): Promise<readonly string[]> {
  const page = await reads.list({
    filter: {},
    sort: { field: "created_at", descending: false },
    start: { offset: 0 },
    limit: 10_000,
    with_total: false,
  });
  const items: { title: string }[] = JSON.parse(page.items_json);
  return items.map(({ title }) => title).sort();
}

test("exactly the seed's first articles are written, and progress ends at the last", async () => {
  const store = createMemoryStore();
  const heard: number[] = [];
  const result = await seedArticles(
    store,
    { count: 1_000, seed: "s" },
    { ...silent, progress: (done) => heard.push(done) },
    never,
  );
  expect(result).toMatchObject({ count: 1_000, seed: "s" });
  const expected = generateArticles("s", 0, 1_000).map(({ title }) => title);
  expect(await titlesOf(store)).toEqual(expected.sort());
  expect(heard.at(-1)).toBe(1_000);
});

test("the calls in flight stay bounded", async () => {
  const store = createMemoryStore();
  let in_flight = 0;
  let most = 0;
  const writes: ArticleWrites = {
    ...store.writes,
    async create(article, origin) {
      most = Math.max(most, ++in_flight);
      const written = await store.writes.create(article, origin);
      in_flight--;
      return written;
    },
  };
  await seedArticles({ writes }, { count: 3_000, seed: "s" }, silent, never);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(400);
});

test("a refused write ends the run with its reason", async () => {
  const store = createMemoryStore();
  let left = 10;
  const writes: ArticleWrites = {
    ...store.writes,
    create: (article, origin) => (left-- > 0 ? store.writes.create(article, origin) : Promise.reject(new Error("disk full"))),
  };
  await expect(seedArticles({ writes }, { count: 2_000, seed: "s" }, silent, never)).rejects.toThrow("disk full");
});

test("a run that is stopped says how far it came", async () => {
  const stop = new AbortController();
  const report: Report = { ...silent, progress: (done) => done === 100 && stop.abort() };
  const run = seedArticles(createMemoryStore(), { count: 5_000, seed: "s" }, report, stop.signal);
  await expect(run).rejects.toThrow(/Stopped after \d+ of 5000/);
});
