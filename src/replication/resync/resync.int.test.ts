import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { create } from "../../article/commands.ts";
import type { Report } from "../../platform/report.ts";
import type { Database } from "../../store/database.ts";
import { openPipeline, type Pipeline, type PipelineKind } from "../../testing/pipeline.ts";
import { describeWith, kafka, postgres } from "../../testing/services.ts";
import { startWriters } from "../../testing/writers.ts";
import { applyEvents } from "../apply.ts";
import { lastGivenId } from "../id-sequence.ts";
import { articleEvent, article as articleOf } from "../test-events.ts";
import { isEqual, verify } from "../verify/verify.ts";
import { replicaState } from "./replica-state.ts";
import { createResync } from "./resync.ts";
import { lastRun } from "./run-state.ts";

const quiet: Report = { progress() {}, note() {} };
const never = new AbortController().signal;
const timeout_ms = 120_000;

describeWith([postgres, kafka], "resync", () => over("PostgreSQL and Kafka"));
describeWith([postgres], "resync", () => over("PostgreSQL without Kafka"));
describe("resync", () => over("PGlite"));

function over(kind: PipelineKind): void {
  describe(kind, () => {
    let pipeline: Pipeline;
    let ids: readonly number[];
    let epoch: number;
    beforeAll(async () => {
      pipeline = await openPipeline(kind);
      await createArticles(1_200);
    }, timeout_ms);
    afterAll(() => pipeline[Symbol.asyncDispose](), timeout_ms);
    beforeEach(async () => {
      const found = await pipeline.primary.query<{ id: number }>({ text: "SELECT id FROM articles ORDER BY id" });
      ids = found.rows.map(({ id }) => id);
      const verification = await check();
      expect(isEqual(verification)).toBe(true);
      epoch = verification.epochs.primary;
    }, timeout_ms);

    const resync = () => createResync({ ...pipeline, onWritten: pipeline.poke });
    const check = () => verify(pipeline, quiet, never);
    const inReplica = (text: string, values: readonly unknown[] = []) => pipeline.replica.query({ text }, values);

    async function createArticles(count: number): Promise<readonly number[]> {
      const created = Array.from({ length: count }, (_, n) => pipeline.writes.create(create(input(n), new Date()), {}));
      return (await Promise.all(created)).map(({ article }) => article.id);
    }

    test(
      "a stale DB2 with extras, some of it ahead, comes out equal while writes and deletes go on",
      async () => {
        const writers = startWriters({ ...pipeline, ids });
        try {
          await inReplica("DELETE FROM articles WHERE id % 3 = 0");
          await inReplica("UPDATE articles SET version = version + 40, content = 'ahead' WHERE id % 3 = 1");
          await inReplica("UPDATE article_views SET views = 4711 WHERE id % 5 = 0");
          await inReplica(copyOf, [9_000_000, ids[0]]);
          const result = await resync().run({}, quiet, never);
          expect(result).toMatchObject({ epoch: epoch + 1, continued: false });
          expect(result?.sent).toBeGreaterThan(500);
          expect((await check()).differences).toEqual([]);
          expect(writers.written()).toBeGreaterThan(20);
        } finally {
          await writers.stop();
        }
        expect(isEqual(await check())).toBe(true);
        expect(await rowsOf(pipeline.replica)).toEqual(await rowsOf(pipeline.primary));
      },
      timeout_ms,
    );

    test(
      "after DB1 was restored from a backup, DB2 goes back with it, and ids that are given again replicate",
      async () => {
        // DB2 as it was before: of a later epoch, with later versions and more views.
        const later = epoch + 3;
        await inReplica("UPDATE articles SET version = version + 7, epoch = $1, content = 'after the backup'", [later]);
        await inReplica("UPDATE article_views SET views = views + 9, epoch = $1", [later]);
        await inReplica("UPDATE blog_state SET epoch = $1", [later]);
        const [first = 0, second = 0] = ids;
        await inReplica("UPDATE articles SET deleted = true WHERE id = $1", [first]);
        const lost = (await lastGivenId(pipeline.primary)) + 1;
        await inReplica(copyOf, [lost, second]);

        expect(await resync().run({}, quiet, never)).toMatchObject({ epoch: later + 1 });
        const [again] = await createArticles(1);
        expect(again).toBe(lost);
        expect(isEqual(await check())).toBe(true);
        expect(await rowsOf(pipeline.replica)).toEqual(await rowsOf(pipeline.primary));
      },
      timeout_ms,
    );

    test(
      "one that was cut off goes on where it was, and a late event of an older epoch changes nothing",
      async () => {
        await inReplica("TRUNCATE articles");
        const cut = new AbortController();
        const cutting: Report = { note() {}, progress: (done) => done >= 500 && cut.abort(new Error("cut off")) };
        await expect(resync().run({}, cutting, cut.signal)).rejects.toThrow("cut off");
        const sent = (await lastRun(pipeline.primary))?.sent ?? 0;
        expect(sent).toBeGreaterThanOrEqual(500);
        expect(sent).toBeLessThan(ids.length);

        const [gone = 0] = ids;
        await pipeline.writes.remove(gone, undefined, {});
        expect(await resync().run({}, quiet, never)).toMatchObject({ epoch: epoch + 1, sent: ids.length, continued: true });
        expect((await replicaState(pipeline.replica)).complete_epoch).toBe(epoch + 1);
        await applyEvents(pipeline.replica, [articleEvent("article.updated", articleOf(8_000_000, 99), epoch)]);
        expect(isEqual(await check())).toBe(true);
        expect(await rowsOf(pipeline.replica)).toEqual(await rowsOf(pipeline.primary));
      },
      timeout_ms,
    );

    test(
      "a second one beside it is refused; the outbox stays small",
      async () => {
        const shared = resync();
        let pending = 0;
        const watching: Report = {
          note() {},
          progress: () => void pipeline.outbox.state().then((now) => (pending = Math.max(pending, now.pending))),
        };
        const [first, second] = await Promise.allSettled([shared.run({}, watching, never), shared.run({}, quiet, never)]);
        expect(first.status).toBe("fulfilled");
        expect(second).toMatchObject({ status: "rejected", reason: { message: expect.stringContaining("running already") } });
        expect(pending).toBeLessThanOrEqual(5 * 500);
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

async function rowsOf(database: Database): Promise<readonly unknown[]> {
  const alive = database.name === "replica" ? "WHERE NOT deleted" : "";
  const text = `SELECT a.id, title, content, author, category, tags, status, version, created_at, updated_at, published_at, v.views
    FROM articles a LEFT JOIN article_views v ON v.id = a.id ${alive} ORDER BY id`;
  return (await database.query({ text })).rows;
}
