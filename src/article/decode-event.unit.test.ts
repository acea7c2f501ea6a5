import { describe, expect, test } from "bun:test";
import { decodeEvent, UndecodableEvent } from "./decode-event.ts";
import { isInstant } from "./instant.ts";

const data = {
  id: 7,
  title: "Hello, world",
  content: "The first article of many.",
  author: "Ada Lovelace",
  category: "general",
  tags: ["kafka"],
  status: "draft",
  views_count: 0,
  version: 1,
  created_at: "2026-11-23T09:30:00.000Z",
  updated_at: "2026-11-23T09:30:00.000Z",
  published_at: null,
};
const event = {
  event_id: "0191e2f0-7c7f-7abc-8abc-0123456789ab",
  event_type: "article.created",
  timestamp: "2026-11-23T09:30:00.000Z",
  schema_version: 1,
  epoch: 1,
  data,
};

const completed = { ...event, event_type: "resync.completed", data: { epoch: 2, partitions: 12 } };
const numbers = (count: number) => Array.from({ length: count }, (_, n) => String(n));
const wide = Object.fromEntries(numbers(9_000).map((name) => [name, 1]));

/** Stands for arrays in arrays, which JSON.stringify could not write. */
const deep = "a million arrays";
const nested = (value: unknown, levels = 1_000_000) =>
  JSON.stringify(value).replace(`"${deep}"`, "[".repeat(levels) + "]".repeat(levels));

describe("an event", () => {
  test.each([
    ["of an article", event],
    ["of views", { ...event, event_type: "article.viewed", data: { id: 7, views_count: 12 } }],
    ["that closes a resync", completed],
    ["with a field that a later version added", { ...event, data: { ...data, subtitle: "new" } }],
    ["of 1 MiB of content", { ...event, data: { ...data, content: "x".repeat(1_048_576) } }],
  ])("%s is read", (_, value) => {
    expect(decode(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)));
  });

  test.each([
    ["text that is no JSON", "{", "malformed_json", "JSON"],
    ["nothing", null, "malformed_json", "no value"],
    ["bytes that are no UTF-8", Buffer.from([0x22, 0xff, 0x22]), "malformed_json", "UTF-8"],
    ["JSON that is no object", "[]", "invalid_event", "Expected object"],
    ["null", "null", "invalid_event", "no object"],
    ["an unknown type", { ...event, event_type: "article.sold" }, "unknown_event_type", "article.sold"],
    ["an unknown schema version", { ...event, schema_version: 2 }, "unknown_schema_version", "2"],
    ["an unknown schema version of an unknown type", { schema_version: "9", event_type: "x" }, "unknown_schema_version", "9"],
    ["no type", { ...event, event_type: undefined }, "invalid_event", "/event_type"],
    ["a title of 1 MiB", { ...event, data: { ...data, title: "x".repeat(1_048_576) } }, "invalid_event", "/data/title: too_long"],
    ["a NUL", { ...event, data: { ...data, author: "a\0b" } }, "invalid_event", "/data/author: forbidden_character"],
    ["a day that does not exist", { ...event, timestamp: "2026-02-30T09:30:00.000Z" }, "invalid_event", "/timestamp"],
    ["a version of 0", { ...event, data: { ...data, version: 0 } }, "invalid_event", "/data/version"],
    [
      "tags nine thousand levels deep",
      nested({ ...event, data: { ...data, tags: deep } }, 9_000),
      "invalid_event",
      "/data/tags/0",
    ],
    ["tags a million levels deep", nested({ ...event, data: { ...data, tags: deep } }), "invalid_event", "more than 10000"],
    ["nine thousand tags", { ...event, data: { ...data, tags: numbers(9_000) } }, "invalid_event", "/data/tags"],
    ["an object of 9,000 fields as tag", { ...event, data: { ...data, tags: [wide] } }, "invalid_event", "/data/tags/0"],
    [
      "a schema version a million levels deep",
      nested({ ...event, schema_version: deep }, 9_000),
      "unknown_schema_version",
      "version 1",
    ],
    ["nothing but brackets", "[".repeat(2_000_000) + "]".repeat(2_000_000), "invalid_event", ""],
    [
      "more partitions than there can be",
      { ...completed, data: { epoch: 2, partitions: 1e300 } },
      "invalid_event",
      "/data/partitions",
    ],
    ["the key of another article", { ...event, data: { ...data, id: 8 } }, "invalid_event", "/data/id"],
  ])("with %s is refused", (_, value, reason, message) => {
    const error = refusal(value);
    expect(error.reason as string).toBe(reason);
    expect(error.message).toContain(message);
    expect(error.message.length).toBeLessThan(500);
  });
});

test("a date-time is one that exists", () => {
  expect(["2028-02-29T23:59:59.999Z", "2026-11-23T09:30:00+02:00"].every(isInstant)).toBe(true);
  expect(
    ["2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-04-31T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23"].some(
      isInstant,
    ),
  ).toBe(false);
});

function decode(value: string | Buffer | null) {
  return decodeEvent({ key: Buffer.from("7"), value: typeof value === "string" ? Buffer.from(value) : value });
}

function refusal(value: unknown): UndecodableEvent {
  try {
    decode(value === null || typeof value === "string" || Buffer.isBuffer(value) ? value : JSON.stringify(value));
  } catch (error) {
    if (error instanceof UndecodableEvent) return error;
    throw error;
  }
  throw new Error("it was read");
}
