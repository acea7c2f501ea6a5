import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import type { EventRecord } from "../article/event-log.ts";
import { type ReplayTarget, throughLog, throughOutbox } from "../replication/replay.ts";
import { article, articleEvent } from "../replication/test-events.ts";
import { createParkedEvents } from "../store/parked-events.ts";
import { openPipeline, type Pipeline, type PipelineKind } from "../testing/pipeline.ts";
import { describeWith, kafka, postgres } from "../testing/services.ts";
import { waitFor } from "../testing/wait-for.ts";
import { type DeadLetterParts, listLetters, purgeLetters, replayAll, showLetter } from "./dead-letters.ts";

const open_timeout_ms = 60_000;
const silent = { progress() {}, note() {} };
const never = new AbortController().signal;

describeWith([postgres, kafka], "dead letters by Kafka", () => deadLetters("PostgreSQL and Kafka"));
describeWith([], "dead letters embedded", () => deadLetters("PGlite"));

function deadLetters(kind: PipelineKind): void {
  let pipeline: Pipeline;
  let parts: DeadLetterParts;
  beforeAll(async () => {
    pipeline = await openPipeline(kind);
    const { primary, replica, eventLog } = pipeline;
    const target: ReplayTarget = kind === "PGlite" ? throughOutbox(createParkedEvents(primary)) : throughLog(eventLog);
    parts = { primary, replica, target };
  }, open_timeout_ms);
  afterAll(() => pipeline[Symbol.asyncDispose]());
  afterEach(async () => {
    await pipeline.replica.query({ text: "TRUNCATE articles" });
    await purgeLetters(parts, {});
  });

  const put = (...records: readonly Pick<EventRecord, "key" | "value">[]) =>
    parts.target.send(records.map((record, outbox_id) => ({ ...record, outbox_id, headers: { event_type: "article.created" } })));
  const all = async () => (await listLetters(parts, { limit: 100 })).dead_letters;
  const listed = (count: number) =>
    waitFor(`${count} dead letters`, async () => {
      const letters = await all();
      return letters.length === count && letters;
    });
  const replay = (ids: readonly string[] | undefined, force = false) =>
    replayAll(parts, { ...(ids && { ids: [...ids] }), force }, silent, never);
  const titles = async () =>
    (await pipeline.replica.query<{ title: string }>({ text: "SELECT title FROM articles ORDER BY id" })).rows.map(
      ({ title }) => title,
    );
  const refuse = (title: string) =>
    pipeline.replica.query({ text: `ALTER TABLE articles ADD CONSTRAINT by_hand CHECK (title <> '${title}')` });
  const allowAgain = () => pipeline.replica.query({ text: "ALTER TABLE articles DROP CONSTRAINT by_hand" });
  const created = (id: number, version = 1) => ({
    key: String(id),
    value: JSON.stringify(articleEvent("article.created", article(id, version))),
  });

  test("poison is listed with its reason, shown as it came, and comes back as another dead letter when it is replayed", async () => {
    const bytes = Buffer.from([0xfe, 0, 0x0a]);
    await put({ key: Buffer.from([0xff]), value: bytes });
    const [letter] = await listed(1);
    expect(letter).toMatchObject({ reason: "malformed_json", key: { encoding: "base64" }, replayed_at: null, replay_of: null });
    const id = letter?.id ?? "";
    expect(await showLetter(parts, { id })).toMatchObject({
      value: { encoding: "base64", text: bytes.toString("base64") },
      event: null,
    });

    expect(await replay([id])).toMatchObject({ replayed: [id], skipped: [], missing: [], failed: [] });
    const [again, first] = await listed(2);
    expect(again).toMatchObject({ reason: "malformed_json", replay_of: id, source: { partition: letter?.source?.partition } });
    expect(again?.id).not.toBe(id);
    expect(first?.replayed_at).not.toBeNull();
    expect(await showLetter(parts, { id: again?.id ?? "" })).toMatchObject({ value: { text: bytes.toString("base64") } });
  });

  test("what DB2 refused is applied by a replay once DB2 takes it, and only once unless forced", async () => {
    await refuse("Title 7.1");
    await put(created(7), created(8));
    const [letter] = await listed(1);
    expect(letter).toMatchObject({ reason: "refused_by_database", error: expect.stringContaining("by_hand") });
    expect(await showLetter(parts, { id: letter?.id ?? "" })).toMatchObject({ event: { data: { id: 7, title: "Title 7.1" } } });
    await allowAgain();

    expect(await replay(undefined)).toMatchObject({ replayed: [letter?.id] });
    await waitFor("the replayed article", async () => (await titles()).includes("Title 7.1"));
    expect(await titles()).toEqual(["Title 7.1", "Title 8.1"]);
    expect(await replay(undefined)).toMatchObject({ replayed: [], skipped: [] });
    expect(await replay([letter?.id ?? ""])).toMatchObject({ replayed: [], skipped: [letter?.id] });
    expect(await replay([letter?.id ?? ""], true)).toMatchObject({ replayed: [letter?.id] });
  });

  test("a replay that is older than what DB2 has changes nothing", async () => {
    await refuse("Title 9.1");
    await put(created(9));
    await listed(1);
    await allowAgain();
    await put(created(9, 3));
    await waitFor("the newer version", async () => (await titles()).includes("Title 9.3"));
    await replay(undefined);
    await put(created(10));
    await put({ key: "9", value: "the last record in the partition of 9" });
    await listed(2);
    await waitFor("the article behind", async () => (await titles()).includes("Title 10.1"));
    expect((await titles()).filter((title) => /^Title (9|10)\./.test(title))).toEqual(["Title 9.3", "Title 10.1"]);
  });

  test("two who replay at once send each dead letter once between them", async () => {
    await put(...Array.from({ length: 30 }, (_, n) => ({ key: String(n), value: "{" })));
    const ids = (await listed(30)).map(({ id }) => id);
    const outcomes = await Promise.all([replay(undefined), replay(undefined)]);
    expect(outcomes.flatMap(({ replayed }) => replayed).sort()).toEqual([...ids].sort());
    const came_back = (await listed(60)).flatMap(({ replay_of }) => replay_of ?? []);
    expect(came_back.sort()).toEqual([...ids].sort());
  });

  test("an event that is parked in DB1 is listed, shown, replayed and purged like the others", async () => {
    const park = async () => {
      const rows = await pipeline.primary.query<{ id: number }>({
        text: `INSERT INTO parked_events (id, article_id, event_id, event_type, data, created_at, verbatim, reason, error)
SELECT 1000000 + n, 12, uuidv7(), 'article.updated', '${JSON.stringify(article(12, 1))}', now(), false, 'too_large', 'too much'
FROM generate_series(1, 2) n RETURNING id`,
      });
      return rows.rows.map(({ id }) => `outbox-${id}`);
    };
    const [first = "", second = ""] = await park();
    expect(await all()).toMatchObject([{ id: second, reason: "too_large", source: null, key: { text: "12" } }, { id: first }]);
    expect((await listLetters(parts, { limit: 1, reason: "malformed_json" })).total).toBe(0);
    expect(await showLetter(parts, { id: first })).toMatchObject({ event: { epoch: 1, data: { id: 12 } } });
    expect(await purgeLetters(parts, { ids: [second, "outbox-5"] })).toEqual({ purged: 1, missing: ["outbox-5"] });
    expect(await replay([first, "9-12345", "outbox-5"])).toMatchObject({ replayed: [first], missing: ["outbox-5", "9-12345"] });
    pipeline.poke();
    await waitFor("the parked event in DB2", async () => (await titles()).includes("Title 12.1"));
    expect(await all()).toEqual([]);
  });

  test("only those that are old enough are purged", async () => {
    await put({ key: "1", value: "{" }, { key: "1", value: "{{" });
    const [newer, older] = await listed(2);
    await pipeline.replica.query({ text: "UPDATE dead_letters SET failed_at = failed_at - interval '2 h' WHERE id = $1" }, [
      older?.id,
    ]);
    const before = new Date(Date.now() - 3_600_000).toISOString();
    expect((await listLetters(parts, { limit: 10, since: before })).dead_letters.map(({ id }) => id)).toEqual([newer?.id ?? ""]);
    expect(await purgeLetters(parts, { before })).toEqual({ purged: 1, missing: [] });
    expect((await all()).map(({ id }) => id)).toEqual([newer?.id ?? ""]);
  });
}
