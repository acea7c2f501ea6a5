import { describe, expect, test } from "bun:test";
import { AppError } from "./errors.ts";
import { validateInput, validatePatch } from "./validate.ts";

const good = { title: "Hello", content: "World", author: "Ada" };

function problemsOf(validate: (value: unknown) => unknown, value: unknown): Record<string, string> {
  try {
    validate(value);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.code).toBe("validation_failed");
    const pointers = error.errors.map(({ pointer }) => pointer);
    expect(pointers).toEqual([...new Set(pointers)]);
    return Object.fromEntries(error.errors.map(({ pointer, code }) => [pointer, code]));
  }
  return {};
}

function detailOf(value: unknown, pointer: string): string | undefined {
  try {
    validateInput(value);
  } catch (error) {
    if (error instanceof AppError) return error.errors.find((entry) => entry.pointer === pointer)?.detail;
  }
  return undefined;
}

const deep: unknown = JSON.parse("[".repeat(1_000_000) + "]".repeat(1_000_000));
const wide = Object.fromEntries(Array.from({ length: 300_000 }, (_, n) => [`k${n}`, n]));

describe("an article's input", () => {
  test.each([
    ["the required fields", good],
    ["all fields", { ...good, category: "c", tags: ["a", "b"], status: "archived" }],
    ["a title of 200 four-byte characters", { ...good, title: "😀".repeat(200) }],
    ["content of exactly 1 MiB", { ...good, content: "x".repeat(1_048_576) }],
    ["content of 1 MiB in three-byte characters", { ...good, content: `${"€".repeat(349_525)}x` }],
    ["20 tags", { ...good, tags: Array.from({ length: 20 }, (_, index) => `tag ${index}`) }],
    ["control characters other than NUL", { ...good, content: "\u0001\u001f\u007f" }],
  ])("may have %s", (_, value) => {
    expect(validateInput(value)).toBe(value as never);
  });

  test.each([
    ["not an object", null, { "": "wrong_type" }],
    ["an array", [], { "": "wrong_type" }],
    ["text", "article", { "": "wrong_type" }],
    ["without fields", {}, { "/title": "required", "/content": "required", "/author": "required" }],
    [
      "empty texts",
      { title: "", content: "", author: "" },
      { "/title": "too_short", "/content": "too_short", "/author": "too_short" },
    ],
    ["a title that is one too long", { ...good, title: "😀".repeat(201) }, { "/title": "too_long" }],
    ["an author that is one too long", { ...good, author: "x".repeat(101) }, { "/author": "too_long" }],
    ["a category that is one too long", { ...good, category: "x".repeat(51) }, { "/category": "too_long" }],
    ["content one byte over 1 MiB", { ...good, content: "x".repeat(1_048_577) }, { "/content": "too_long" }],
    ["content over 1 MiB only in bytes", { ...good, content: "€".repeat(349_526) }, { "/content": "too_long" }],
    ["null for a field", { ...good, category: null, tags: null }, { "/category": "wrong_type", "/tags": "wrong_type" }],
    [
      "wrong types",
      { title: 1, content: true, author: {} },
      { "/title": "wrong_type", "/content": "wrong_type", "/author": "wrong_type" },
    ],
    ["NUL", { ...good, title: "a\0b" }, { "/title": "forbidden_character" }],
    ["half a surrogate pair", { ...good, content: "\ud800" }, { "/content": "forbidden_character" }],
    ["an unknown status", { ...good, status: "live" }, { "/status": "unknown_value" }],
    ["a status that is no text", { ...good, status: 1 }, { "/status": "wrong_type" }],
    ["an unknown field", { ...good, slug: "x" }, { "/slug": "unknown_field" }],
    ["a name with characters that pointers escape", { ...good, "a/b~c": 1 }, { "/a~1b~0c": "unknown_field" }],
    [
      "fields that the server keeps",
      { ...good, id: 1, version: 2, views_count: 3 },
      { "/id": "read_only", "/version": "read_only", "/views_count": "read_only" },
    ],
    [
      "a key that could reach a prototype",
      JSON.parse('{"title":"a","content":"b","author":"c","__proto__":{},"constructor":1}'),
      { "/__proto__": "unknown_field", "/constructor": "unknown_field" },
    ],
    ["21 tags", { ...good, tags: Array.from({ length: 21 }, (_, index) => `tag ${index}`) }, { "/tags": "too_many" }],
    ["a tag a million levels deep", { ...good, tags: [deep] }, { "/tags/0": "wrong_type" }],
    ["a tag with 300,000 fields", { ...good, tags: [wide, {}] }, { "/tags/0": "wrong_type", "/tags/1": "wrong_type" }],
    ["tags that repeat", { ...good, tags: ["a", "b", "a", "a"] }, { "/tags/2": "repeated", "/tags/3": "repeated" }],
    [
      "tags with problems of their own",
      { ...good, tags: ["", 1, "x".repeat(51), "fine"] },
      { "/tags/0": "too_short", "/tags/1": "wrong_type", "/tags/2": "too_long" },
    ],
    [
      "many problems, all at once",
      { title: "", tags: "a", status: "x", zap: 1 },
      {
        "/title": "too_short",
        "/content": "required",
        "/author": "required",
        "/tags": "wrong_type",
        "/status": "unknown_value",
        "/zap": "unknown_field",
      },
    ],
  ])("is refused when it is or has %s", (_, value, expected: Record<string, string>) => {
    expect(problemsOf(validateInput, value)).toEqual(expected);
  });

  test("says what was found and what is allowed", () => {
    expect(detailOf({ ...good, title: "x".repeat(201) }, "/title")).toBe(
      "title has 201 characters; text of 1 to 200 characters is allowed.",
    );
    expect(detailOf({ ...good, status: "live" }, "/status")).toBe(
      'status is "live"; one of draft, published, archived is allowed.',
    );
    expect(detailOf({ ...good, category: null }, "/category")).toBe("category is null; text of 1 to 50 characters is allowed.");
    expect(detailOf({ ...good, tags: ["a", "a"] }, "/tags/1")).toBe('tags/1 is "a", as /tags/0 is; each may stand once.');
    expect(detailOf({ ...good, version: 1 }, "/version")).toBe(
      "version is kept by the server and cannot be written; leave it out.",
    );
  });

  test("shortens what it shows of a value", () => {
    expect(detailOf({ ...good, status: "x".repeat(10_000) }, "/status")?.length).toBeLessThan(120);
    const [pointer] = Object.keys(problemsOf(validateInput, { ...good, ["k".repeat(10_000)]: 1 }));
    expect(detailOf({ ...good, ["k".repeat(10_000)]: 1 }, pointer ?? "")?.length).toBeLessThan(200);
  });

  test("names at most 100 problems of hostile input, however much there is", () => {
    const fields = Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`field ${index}`, index]));
    expect(Object.keys(problemsOf(validateInput, fields))).toHaveLength(100);
    expect(problemsOf(validateInput, { ...good, tags: Array(1_000_000).fill("q") })).toHaveProperty("/tags", "too_many");
  });
});

describe("an article's patch", () => {
  test("may leave everything out", () => {
    expect(validatePatch({})).toEqual({});
  });

  test("is held to the same limits, and null removes nothing", () => {
    expect(problemsOf(validatePatch, { title: null, author: "", zap: 1 })).toEqual({
      "/title": "wrong_type",
      "/author": "too_short",
      "/zap": "unknown_field",
    });
  });
});
