import fc from "fast-check";
import type { Message } from "kafkajs";
import { article, articleEvent, viewedEvent } from "../../replication/test-events.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { call } from "../api-client.ts";
import { type EventGround, partitions } from "./event-ground.ts";
import { hostileText } from "./hostile-text.ts";
import type { InputClass } from "./input-class.ts";

const records_at_once = 40;
const within_ms = 20_000;

/** Whatever bytes are on the topic: each record is applied or kept as a dead letter, and those behind it come through. */
export const eventPayloads: InputClass<EventGround> = {
  name: "event payloads: whatever is on the topic, the line goes on, and each record is applied or kept",
  async run(ground, trial) {
    let mark = 0;
    const batches = fc.array(record, { minLength: records_at_once, maxLength: records_at_once });
    await trial.each(4, batches, (records) => surpriseAfter(ground, records, ++mark), records_at_once);
    for (const [name, bomb] of Object.entries(bombs)) await trial.one(name, () => surpriseAfter(ground, [bomb], ++mark));
  },
};

/** Sends `records`, and an article behind them into each partition: those must come to be read, and every record must have been counted. */
async function surpriseAfter(
  { blog, replica, send }: EventGround,
  records: readonly Message[],
  mark: number,
): Promise<string | undefined> {
  const before = await handled(replica);
  await send(records);
  const marks = Array.from({ length: partitions }, (_, partition) => ({
    id: 1_000_000 + mark * partitions + partition,
    partition,
  }));
  await send(marks.map(({ id, partition }) => messageOf(articleEvent("article.created", article(id, 1)), { partition })));
  const ids = marks.map(({ id }) => id);
  try {
    await waitFor(
      "the articles behind them",
      async () => (await Promise.all(ids.map((id) => isThere(replica, id)))).every(Boolean),
      { timeout_ms: within_ms },
    );
    const count = records.length + marks.length;
    // More than once is as good: the log delivers at least once.
    await waitFor("every record to be counted", async () => (await handled(replica)) - before >= count, {
      timeout_ms: within_ms,
    });
    await waitFor("the sync to be ready", async () => (await call(`${replica}/api/v1/health/ready`)).status === 200, {
      timeout_ms: within_ms,
    });
  } catch (error) {
    const last = blog.log.filter(({ level }) => Number(level) >= 40).at(-1);
    return `${error}; ${(await handled(replica)) - before} of ${records.length + marks.length} counted; ${JSON.stringify(last)?.slice(0, 400)}`;
  }
  return undefined;
}

async function isThere(replica: string, id: number): Promise<boolean> {
  return (await call(`${replica}/api/v1/articles/${id}?fields=id`)).status === 200;
}

/** Records of which the sync has told what became of them; but completions of a resync, which change nothing that is counted. */
async function handled(replica: string): Promise<number> {
  const { body } = await call(`${replica}/metrics`);
  const series = String(body).match(/^kafka_messages_consumed_total\{.*\} (\d+)$/gm) ?? [];
  return series.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

function messageOf(event: object & { readonly data: object }, over: Partial<Message> = {}): Message {
  return { key: String("id" in event.data ? event.data.id : ""), value: JSON.stringify(event), ...over };
}

const id = fc.integer({ min: 1, max: 50 });
const version = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(2_147_483_647, 0, -1, 1.5, 2 ** 31, 1e300));
const valid = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("article.created", "article.updated", "article.published", "article.deleted"),
      id,
      fc.integer({ min: 1, max: 9 }),
    )
    .map(([type, id, version]) => articleEvent(type, article(id, version))),
  fc.tuple(id, fc.nat()).map(([id, views]) => viewedEvent(id, views)),
);
const odd = fc.oneof(
  hostileText,
  version,
  fc.jsonValue(),
  fc.constantFrom("0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "2026-02-29T00:00:00.000Z", 2 ** 53, -0, [], {}, null),
);

/** An event with another value in one place, or one more field. */
const spoiled = fc
  .tuple(valid, fc.constantFrom("event_id", "event_type", "timestamp", "schema_version", "epoch", "data", "later"), odd)
  .map(([event, name, value]) => ({ ...event, [name]: value }));
const spoiledData = fc
  .tuple(
    valid,
    fc.constantFrom(
      "id",
      "title",
      "content",
      "author",
      "category",
      "tags",
      "status",
      "views_count",
      "version",
      "created_at",
      "updated_at",
      "published_at",
      "later",
      "__proto__",
    ),
    odd,
  )
  .map(([event, name, value]) => ({
    ...event,
    data: Object.defineProperty({ ...event.data }, name, { value, enumerable: true }),
  }));

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const value = fc.oneof(
  { weight: 3, arbitrary: valid.map((event) => JSON.stringify(event)) },
  { weight: 4, arbitrary: spoiled.map((event) => JSON.stringify(event)) },
  { weight: 6, arbitrary: spoiledData.map((event) => JSON.stringify(event)) },
  { weight: 1, arbitrary: fc.jsonValue().map((json) => JSON.stringify(json)) },
  { weight: 1, arbitrary: hostileText },
  { weight: 2, arbitrary: bytes },
  { weight: 1, arbitrary: fc.constant(null) },
);
const key = fc.oneof(
  { weight: 6, arbitrary: fc.constant("fitting") },
  { weight: 1, arbitrary: id.map(String) },
  { weight: 1, arbitrary: bytes },
  { weight: 1, arbitrary: fc.constant(null) },
);
const headers = fc.dictionary(
  fc.oneof(fc.constantFrom("event_id", "event_type", "traceparent", "dlq_replay_of"), hostileText),
  fc.oneof(bytes, hostileText),
  { maxKeys: 4 },
);

const record = fc.record({ value, key, headers, partition: fc.integer({ min: 0, max: partitions - 1 }) }).map(
  ({ value, key, headers, partition }): Message => ({
    value,
    key: key === "fitting" ? fittingKey(value) : key,
    headers,
    partition,
  }),
);

function fittingKey(value: string | Buffer | null): string {
  return /"data":\{"id":(\d+)/.exec(String(value))?.[1] ?? "1";
}

const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
const created = JSON.stringify(articleEvent("article.created", article(1, 2)));
const withData = (member: string) => created.replace('"data":{', `"data":{${member},`);
const withTags = (tags: string) => created.replace(/"tags":\[[^\]]*\]/, `"tags":${tags}`);

/** Thought of by people: each of them stopped a line somewhere. */
const bombs: Readonly<Record<string, Message>> = {
  "tags a million levels deep": { key: "1", value: withTags(`[${deep(1_000_000)}]`) },
  "half a million tags": { key: "1", value: withTags(`[${'"a",'.repeat(500_000)}"b"]`) },
  "half a million different tags": {
    key: "1",
    value: withTags(JSON.stringify(Array.from({ length: 500_000 }, (_, n) => n.toString(36)))),
  },
  "a later field a hundred thousand levels deep": { key: "1", value: withData(`"later":${deep(100_000)}`) },
  "a later field of half a surrogate pair": { key: "1", value: withData('"later":"\\ud800"') },
  "a later field of NUL": { key: "1", value: withData('"later":"\\u0000"') },
  "a schema version a million levels deep": {
    key: "1",
    value: created.replace('"schema_version":1', `"schema_version":${deep(1_000_000)}`),
  },
  "an event type of a million letters": { key: "1", value: created.replace("article.created", "x".repeat(1_000_000)) },
  "six million brackets": { key: "1", value: "[".repeat(6_000_000) },
  "a title of three million letters": { key: "1", value: created.replace("Title 1.2", "x".repeat(3_000_000)) },
  "a key of a million bytes": { key: Buffer.alloc(1_000_000, 0xff), value: created },
  "a thousand headers": {
    key: "1",
    value: "{",
    headers: Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`h${n}`, "x"])),
  },
  "a header of a million bytes": { key: "1", value: "{", headers: { traceparent: "x".repeat(1_000_000) } },
  "a header whose name is none": { key: "1", value: "{", headers: { "": "x", "\u0000": "y" } },
  "more partitions than there are numbers": {
    key: null,
    value: created.replace("article.created", "resync.completed").replace(/"data":.*/, '"data":{"epoch":1,"partitions":1e300}}'),
  },
  "a view of an article in the year 0": {
    key: "1",
    value: created.replace(/"timestamp":"[^"]*"/, '"timestamp":"0000-01-01T00:00:00.000Z"'),
  },
};
