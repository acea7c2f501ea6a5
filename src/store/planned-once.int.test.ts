import { afterAll, beforeAll, expect, test } from "bun:test";
import { createLog } from "../platform/log.ts";
import { describeWith, postgres } from "../testing/services.ts";
import { createArticleReads } from "./article-reads.ts";
import type { ListQuery } from "./article-store.ts";
import type { Database } from "./database.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations.ts";
import { openPostgres } from "./postgres.ts";

const log = createLog({ level: "silent", format: "json" });

/** Before that PostgreSQL makes up its mind. */
const custom_plans_max = 5;

describeWith([postgres], "a prepared statement is planned once, whatever its values:", () => {
  let database: Database;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const created = await postgres.createDatabase();
    drop = created.drop;
    // One session, so that what is prepared on it can be asked for.
    const config = { ...created.config, pool_max: 1 };
    database = openPostgres(config, { name: "primary", application_name: "blog-test", log });
    await migrate(database, migrations.primary, { log });
    await database.query({
      text: `INSERT INTO articles (title, content, author, category, tags, status, version, created_at, updated_at, published_at)
SELECT 'T' || n, repeat('c ', 400), 'A', 'c', '{}', 'published', 1, at, at, at FROM generate_series(1, 10000) n, LATERAL (SELECT now() - n * interval '1 s' AS at) times`,
    });
    await database.query({ text: "ANALYZE" });
  });
  afterAll(async () => {
    await database[Symbol.asyncDispose]();
    await drop();
  });

  async function plansOf(kind: string) {
    const { rows } = await database.query<{ name: string; custom: number; kept: number }>(
      {
        text: "SELECT name, custom_plans AS custom, generic_plans AS kept FROM pg_prepared_statements WHERE name LIKE $1 || '%'",
      },
      [kind],
    );
    return rows;
  }

  function expectOnePlan(plans: Awaited<ReturnType<typeof plansOf>>): void {
    expect(plans.length).toBeGreaterThan(0);
    for (const { custom, kept } of plans) {
      expect(custom).toBeLessThanOrEqual(custom_plans_max);
      expect(kept).toBeGreaterThan(0);
    }
  }

  test("reads of one to eight articles", async () => {
    const reads = createArticleReads({ database, dialect: "primary" });
    for (let n = 0; n < 24; n++) await reads.getMany(Array.from({ length: 1 + (n % 8) }, (_, index) => n + index + 1));
    expectOnePlan(await plansOf("get:"));
  });

  test("pages of a list, near and far", async () => {
    const reads = createArticleReads({ database, dialect: "primary" });
    for (const field of ["created_at", "updated_at", "published_at", "title"] as const) {
      for (const offset of [10, 20, 30, 40, 50, 60, 70, 80, 9000]) {
        const query: ListQuery = {
          filter: { status: "published" },
          sort: { field, descending: true },
          start: { offset },
          limit: 10,
          with_total: true,
        };
        expect((await reads.list(query)).count).toBe(10);
      }
    }
    expectOnePlan(await plansOf("list:"));
  });
});
