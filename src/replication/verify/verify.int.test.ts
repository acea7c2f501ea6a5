import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { create } from "../../article/commands.ts";
import type { Report } from "../../platform/report.ts";
import type { Database } from "../../store/database.ts";
import { openPipeline, type Pipeline, type PipelineKind } from "../../testing/pipeline.ts";
import { describeWith, kafka, postgres } from "../../testing/services.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { startWriters } from "../../testing/writers.ts";
import { isEqual, verify } from "./verify.ts";
import { verifyAndRepair } from "./verify-and-repair.ts";

const quiet: Report = { progress() {}, note() {} };
const never = new AbortController().signal;
const timeout_ms = 120_000;

describeWith([postgres, kafka], "verify and repair", () => over("PostgreSQL and Kafka"));
describe("verify and repair", () => over("PGlite"));

function over(kind: PipelineKind): void {
  describe(kind, () => {
    let pipeline: Pipeline;
    let ids: readonly number[];
    /** Written to by nobody: what is spoilt there by hand stays spoilt. */
    let quietIds: readonly number[];
    beforeAll(async () => {
      pipeline = await openPipeline(kind);
      const created = await Promise.all(
        Array.from({ length: 300 }, (_, n) => pipeline.writes.create(create(input(n), new Date()), {})),
      );
      ids = created.map(({ article }) => article.id);
      quietIds = ids.slice(0, 20);
      pipeline.views.count(ids[7] ?? 0);
      await pipeline.views.flush();
    }, timeout_ms);
    afterAll(() => pipeline[Symbol.asyncDispose]());

    const parts = () => ({ ...pipeline, onWritten: pipeline.poke });
    const id = (index: number) => quietIds[index] ?? 0;
    const inReplica = (text: string, values: readonly unknown[] = []) => pipeline.replica.query({ text }, values);

    describe("while writes go on", () => {
      let writers: ReturnType<typeof startWriters>;
      beforeEach(() => {
        writers = startWriters({ ...pipeline, ids: ids.slice(20) });
      });
      afterEach(() => writers.stop());

      test(
        "what is merely on its way is no difference",
        async () => {
          for (let run = 0; run < 5; run++) expect(summary(await verify(parts(), quiet, never))).toEqual([]);
          expect(writers.written()).toBeGreaterThan(50);
        },
        timeout_ms,
      );

      test(
        "differences of every kind are found and named, and nothing else",
        async () => {
          const last = await spoil();
          const found = await verify(parts(), quiet, never);
          expect(isEqual(found)).toBe(false);
          expect(summary(found)).toEqual(expectedDifferences(last));
        },
        timeout_ms,
      );

      test(
        "repair mends them, both are equal then, and the next article to get a dropped id replicates",
        async () => {
          const beyond = await spoil();
          const { found, left } = await verifyAndRepair(parts(), quiet, never);
          expect(found.differences.length).toBeGreaterThanOrEqual(8);
          expect(summary(left)).toEqual([]);
          expect(isEqual(left)).toBe(true);
          await writers.stop();

          await pipeline.primary.query({ text: "SELECT setval('articles_id_seq', $1::bigint, false)" }, [beyond]);
          const next = await pipeline.writes.create(create(input(1000), new Date()), {});
          expect(next.article.id).toBe(beyond);
          await waitFor("the new article in DB2", async () => (await titleOf(pipeline.replica, beyond)) === "Title 1000");
          expect(isEqual(await verify(parts(), quiet, never))).toBe(true);
          expect(await rowsOf(pipeline.replica)).toEqual(await rowsOf(pipeline.primary));
        },
        timeout_ms,
      );

      /** Answers the id beyond DB1's sequence. */
      async function spoil(): Promise<number> {
        await verifyAndRepair(parts(), quiet, never);
        await inReplica("UPDATE articles SET content = 'by hand' WHERE id = $1", [id(0)]);
        await inReplica("UPDATE articles SET version = version + 50, title = 'by hand' WHERE id = $1", [id(1)]);
        await inReplica("DELETE FROM articles WHERE id = $1", [id(2)]);
        await pipeline.primary.query({ text: "UPDATE articles SET version = version + 1 WHERE id = $1" }, [id(4)]);
        await inReplica("UPDATE article_views SET views = 4711 WHERE id = $1", [id(5)]);
        await inReplica("DELETE FROM article_views WHERE id = $1", [id(6)]);
        await inReplica("UPDATE articles SET version = 2147483647 WHERE id = $1", [id(8)]);
        await inReplica("UPDATE articles SET deleted = true, version = version + 7 WHERE id = $1", [id(9)]);
        const gap = await drawId();
        await inReplica(copyOf, [gap, id(10)]);
        const beyond = (await drawId()) + 1_000_000;
        await inReplica(copyOf, [beyond, id(10)]);
        gaps.push(gap);
        return beyond;
      }
      const gaps: number[] = [];

      function expectedDifferences(beyond: number): readonly (readonly [number, string])[] {
        const expected: (readonly [number, string])[] = [
          [id(0), "content"],
          [id(1), "newer"],
          [id(2), "missing"],
          [id(4), "older"],
          [id(5), "views"],
          [id(6), "views"],
          [id(8), "newer"],
          [id(9), "missing"],
          [gaps.at(-1) ?? 0, "extra"],
          [beyond, "extra"],
        ];
        return expected.toSorted(([a], [b]) => a - b);
      }

      async function drawId(): Promise<number> {
        const { rows } = await pipeline.primary.query<{ id: number }>({ text: "SELECT nextval('articles_id_seq') AS id" });
        return rows[0]?.id ?? 0;
      }
    });

    test(
      "a tombstone where DB1 has yet to give its ids is found and dropped, and an epoch that fell behind raised",
      async () => {
        await inReplica(copyOf, [9_000_000, id(10)]);
        await inReplica("UPDATE articles SET deleted = true, epoch = 3 WHERE id = 9000000");
        await inReplica("UPDATE blog_state SET epoch = 3");
        const { found, left } = await verifyAndRepair(parts(), quiet, never);
        expect(found.tombstones_beyond).toEqual([9_000_000]);
        expect(found.epochs).toEqual({ primary: 1, replica: 3 });
        expect(isEqual(left)).toBe(true);
      },
      timeout_ms,
    );

    test(
      "what cannot be told, since nothing carries events, is told apart from differences",
      async () => {
        await inReplica("DELETE FROM articles WHERE id = $1", [id(11)]);
        const eventLog = { mark: () => Promise.reject(new Error("Kafka is away")) };
        const found = await verify({ ...parts(), eventLog, settle_timeout_ms: 200 }, quiet, never);
        expect(found).toMatchObject({ differences: [], unsettled: [id(11)], trouble: "Kafka is away" });
        expect(isEqual(found)).toBe(false);
      },
      timeout_ms,
    );
  });
}

const copyOf = `INSERT INTO articles (id, title, content, author, category, tags, status, version, created_at, updated_at, epoch)
SELECT $1::bigint, title, content, author, category, tags, status, 9, created_at, updated_at, epoch FROM articles WHERE id = $2::bigint`;

function input(n: number) {
  return { title: `Title ${n}`, content: `Content ${n}`, author: "Ada", tags: ["kafka", `n${n}`] };
}

function summary({ differences }: Awaited<ReturnType<typeof verify>>): readonly (readonly [number, string])[] {
  return differences.map(({ id, kind }) => [id, kind] as const);
}

async function titleOf(database: Database, id: number): Promise<string | undefined> {
  const { rows } = await database.query<{ title: string }>({ text: "SELECT title FROM articles WHERE id = $1" }, [id]);
  return rows[0]?.title;
}

async function rowsOf(database: Database): Promise<readonly unknown[]> {
  const alive = database.name === "replica" ? "WHERE NOT deleted" : "";
  const text = `SELECT a.id, title, content, author, category, tags, status, version, created_at, updated_at, published_at, v.views
    FROM articles a LEFT JOIN article_views v ON v.id = a.id ${alive} ORDER BY id`;
  return (await database.query({ text })).rows;
}
