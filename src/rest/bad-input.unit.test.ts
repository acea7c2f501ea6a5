import { beforeEach, describe, expect, test } from "bun:test";
import { limits } from "../article/article.ts";
import { AppError } from "../article/errors.ts";
import { createRestFixture, type Reply, type RestFixture, validInput } from "../testing/rest-fixture.ts";
import { encodeCursor } from "./cursor.ts";
import { errorCodes, statusOf } from "./problem.ts";

let fixture: RestFixture;
const call: RestFixture["call"] = (...request) => fixture.call(...request);

beforeEach(async () => {
  fixture = createRestFixture();
  await call("POST", "/api/v1/articles", { body: validInput });
});

interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly instance: string;
  readonly request_id: string;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly pointer: string; readonly code: string; readonly detail: string }[];
}

/** The problem document of a reply, checked to be a whole one. */
function problemOf({ status, headers, json }: Reply): Problem {
  const problem = json as Problem;
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(headers.get("cache-control")).toBe("no-store");
  expect([problem.type, problem.status]).toEqual([`urn:blog:problem:${problem.code}`, status]);
  expect(problem.title).not.toBe("");
  expect(problem.detail).toEndWith(".");
  expect(problem.instance).toStartWith("/");
  expect(problem.request_id).toMatch(/^[\w-]{8,}$/);
  return problem;
}

const pointersOf = (problem: Problem) => Object.fromEntries((problem.errors ?? []).map(({ pointer, code }) => [pointer, code]));

describe("an id", () => {
  const ids = [
    "0",
    "-1",
    "+1",
    "1e3",
    "01",
    "1.0",
    "abc",
    "9223372036854775808",
    "9007199254740992",
    "%00",
    "%ZZ",
    "%20",
    "1%2F2",
    "__proto__",
    "٣",
  ];
  test.each(ids)("%j is refused by every method", async (id) => {
    for (const [method, path, body] of [
      ["GET", `/api/v1/articles/${id}`, undefined],
      ["PUT", `/api/v1/articles/${id}`, validInput],
      ["PATCH", `/api/v1/articles/${id}`, {}],
      ["DELETE", `/api/v1/articles/${id}`, undefined],
      ["POST", `/api/v1/articles/${id}/publish`, undefined],
    ] as const) {
      const reply = await call(method, path, { body });
      expect([method, reply.status, problemOf(reply).code]).toEqual([method, 400, "invalid_parameter"]);
      expect(pointersOf(problemOf(reply))).toEqual({ id: "wrong_value" });
    }
  });

  test("of an article that does not exist is 404", async () => {
    const reply = await call("GET", "/api/v1/articles/9007199254740991");
    expect([reply.status, problemOf(reply).code]).toEqual([404, "not_found"]);
  });
});

describe("a list's parameter", () => {
  const newest = { sort: { field: "created_at", descending: true }, filter: {} } as const;
  const cursor = encodeCursor({ value: "2026-11-23T09:30:00.000Z", id: 1 }, newest);
  const flipped = cursor.slice(0, 9) + (cursor[9] === "A" ? "B" : "A") + cursor.slice(10);

  test.each([
    ["page=0", { page: "wrong_value" }],
    ["page=-1", { page: "wrong_value" }],
    ["page=1.5", { page: "wrong_value" }],
    ["page=01", { page: "wrong_value" }],
    ["page=", { page: "wrong_value" }],
    ["page", { page: "wrong_value" }],
    ["page=99999999999999999999", { page: "wrong_value" }],
    ["page=2147483648", { page: "wrong_value" }],
    ["per_page=0", { per_page: "wrong_value" }],
    ["per_page=101", { per_page: "wrong_value" }],
    ["per_page=1e1", { per_page: "wrong_value" }],
    ["page=1&page=2", { page: "repeated" }],
    ["zap=1", { zap: "unknown_parameter" }],
    ["__proto__=1&constructor=2", { ["__proto__"]: "unknown_parameter", constructor: "unknown_parameter" }],
    ["Page=1", { Page: "unknown_parameter" }],
    ["status=live", { status: "unknown_value" }],
    ["status=", { status: "unknown_value" }],
    ["status=__proto__", { status: "unknown_value" }],
    ["category=", { category: "too_short" }],
    [`category=${"x".repeat(51)}`, { category: "too_long" }],
    ["author=%00", { author: "forbidden_character" }],
    ["author=%FF", { author: "malformed" }],
    ["author=%ED%A0%80", { author: "malformed" }],
    ["author=%4", { author: "malformed" }],
    ["%ZZ=1", { "%ZZ=1": "malformed" }],
    ["tag=", { tag: "too_short" }],
    ["sort=size", { sort: "unknown_value" }],
    ["sort=--title", { sort: "unknown_value" }],
    ["sort=title,id", { sort: "unknown_value" }],
    ["fields=", { fields: "unknown_value" }],
    ["fields=id,", { fields: "unknown_value" }],
    ["fields=id,id", { fields: "repeated" }],
    ["fields=id,secret", { fields: "unknown_value" }],
    ["ids=", { ids: "unknown_value" }],
    ["ids=1,", { ids: "unknown_value" }],
    ["ids=0", { ids: "unknown_value" }],
    ["ids=1,9007199254740992", { ids: "unknown_value" }],
    ["ids=1,x", { ids: "unknown_value" }],
    [`ids=${Array.from({ length: 101 }, (_, index) => index + 1).join(",")}`, { ids: "too_many" }],
    ["with_total=yes", { with_total: "wrong_value" }],
    ["count_views=1", { count_views: "wrong_value" }],
    ["count_views=true", { count_views: "contradiction" }],
    ["ids=1&sort=title", { sort: "contradiction" }],
    [`ids=1&cursor=${cursor}`, { cursor: "contradiction" }],
    [`page=1&cursor=${cursor}`, { cursor: "contradiction" }],
    [`cursor=${flipped}`, { cursor: "malformed" }],
    ["cursor=", { cursor: "too_short" }],
    ["cursor=abc", { cursor: "malformed" }],
    [`cursor=${"A".repeat(3_000)}`, { cursor: "too_long" }],
    [`cursor=${cursor}&sort=title`, { cursor: "malformed" }],
    [`cursor=${cursor}&status=draft`, { cursor: "malformed" }],
    ["q=x", { q: "unknown_parameter" }],
    [
      "page=0&per_page=0&status=x&zap=1&author=&author=b",
      { page: "wrong_value", per_page: "wrong_value", status: "unknown_value", zap: "unknown_parameter", author: "too_short" },
    ],
  ])("%s is refused by name", async (query, expected: Record<string, string>) => {
    const reply = await call("GET", `/api/v1/articles?${query}`);
    expect(reply.status).toBe(400);
    const problem = problemOf(reply);
    expect(problem.code).toBe("invalid_parameter");
    expect(Object.entries(pointersOf(problem)).sort()).toEqual(Object.entries(expected).sort());
    if (problem.errors?.length === 1) expect(problem.detail).toBe(String(problem.errors[0]?.detail));
  });

  test.each(["", "?", "?&&", "?page=1", "?ids=1,1&sort", "?cursor="].slice(0, 4))("%j is none at all", async (query) => {
    expect((await call("GET", `/api/v1/articles${query}`)).status).toBe(200);
  });

  test("too many of them are not all echoed", async () => {
    const query = Array.from({ length: 1_000 }, (_, index) => `p${index}=1`).join("&");
    expect(problemOf(await call("GET", `/api/v1/articles?${query}`)).errors).toHaveLength(50);
  });

  test("is refused where none belongs", async () => {
    for (const [method, path] of [
      ["POST", "/api/v1/articles?x=1"],
      ["GET", "/api/v1/articles/1?page=1"],
      ["DELETE", "/api/v1/articles/1?force=true"],
    ] as const) {
      expect(problemOf(await call(method, path)).code).toBe("invalid_parameter");
    }
  });
});

describe("a search's parameter", () => {
  test.each([
    ["", { q: "required" }],
    ["?q=", { q: "too_short" }],
    ["?q=%00", { q: "forbidden_character" }],
    [`?q=${"x".repeat(501)}`, { q: "too_long" }],
    ["?q=a&q=b", { q: "repeated" }],
    ["?q=a&sort=title", { sort: "unknown_parameter" }],
    ["?q=a&cursor=x", { cursor: "unknown_parameter" }],
  ])("%s is refused by name", async (query, expected: Record<string, string>) => {
    const reply = await call("GET", `/api/v1/articles/search${query}`);
    expect([reply.status, pointersOf(problemOf(reply))]).toEqual([400, expected]);
  });
});

describe("a body", () => {
  const text = (value: string) => new TextEncoder().encode(value);
  const tooMany = "x".repeat(limits.body_bytes_max + 1);
  const endless = () => new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1_048_576)) });

  test.each([
    ["empty", "", 400, "malformed_json"],
    ["cut off", '{"title":', 400, "malformed_json"],
    ["with a comma too many", '{"title":"a",}', 400, "malformed_json"],
    ["with single quotes", "{'title':'a'}", 400, "malformed_json"],
    ["with a number that JSON does not have", '{"title":NaN}', 400, "malformed_json"],
    ["with a byte order mark", "\uFEFF{}", 400, "malformed_json"],
    ["of invalid UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), 400, "malformed_json"],
    ["of overlong UTF-8", new Uint8Array([0x22, 0xc0, 0x80, 0x22]), 400, "malformed_json"],
    ["in UTF-16", new Uint8Array([0x7b, 0x00, 0x7d, 0x00]), 400, "malformed_json"],
    ["nested a thousand deep and cut off", "[".repeat(1_000), 400, "malformed_json"],
    ["nested a thousand deep", `${"[".repeat(1_000)}${"]".repeat(1_000)}`, 422, "validation_failed"],
    ["nested a million deep", `${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}`, 413, "payload_too_large"],
    ["of a million values", `[${"1,".repeat(1_000_000)}1]`, 413, "payload_too_large"],
    ["one byte over the limit", tooMany, 413, "payload_too_large"],
    ["without an end", endless, 413, "payload_too_large"],
    ["null", "null", 422, "validation_failed"],
    ["an array", "[]", 422, "validation_failed"],
    ["text", '"x"', 422, "validation_failed"],
    ["with half a surrogate pair, escaped", '{"title":"\\ud800","content":"b","author":"c"}', 422, "validation_failed"],
    ["with NUL, escaped", '{"title":"\\u0000","content":"b","author":"c"}', 422, "validation_failed"],
    [
      "with a key that could reach a prototype",
      '{"title":"a","content":"b","author":"c","__proto__":{}}',
      422,
      "validation_failed",
    ],
  ])("that is %s is refused", async (_, body, status, code) => {
    for (const [method, path] of [
      ["POST", "/api/v1/articles"],
      ["PUT", "/api/v1/articles/1"],
    ] as const) {
      const reply = await call(method, path, { body: typeof body === "function" ? body() : body });
      expect([reply.status, problemOf(reply).code]).toEqual([status, code]);
    }
  });

  test("as large as JSON escapes can make it is taken", async () => {
    const content = "\u0001".repeat(limits.content_bytes_max);
    const reply = await call("POST", "/api/v1/articles", { body: { ...validInput, content } });
    expect([reply.status, (reply.json as { content: string }).content.length]).toEqual([201, limits.content_bytes_max]);
  });

  test("that says it is smaller than it is, is still measured", async () => {
    const headers = { "content-length": "10" };
    const reply = await call("POST", "/api/v1/articles", { body: tooMany, headers });
    expect(reply.status).toBe(413);
  });

  test("that breaks off is refused", async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(text('{"title":'));
        controller.error(new Error("connection reset"));
      },
    });
    expect(problemOf(await call("POST", "/api/v1/articles", { body })).code).toBe("malformed_json");
  });
});

describe("a header", () => {
  test.each([
    ["POST", "text/plain", 415],
    ["POST", "application/x-www-form-urlencoded", 415],
    ["POST", "multipart/form-data; boundary=x", 415],
    ["POST", "application/merge-patch+json", 415],
    ["POST", "application/json; charset=latin1", 415],
    ["POST", "application/jsonp", 415],
    ["POST", "", 415],
    ["POST", "application/json; charset=utf-8", 201],
    ["POST", 'Application/JSON;Charset="UTF-8"', 201],
    ["PATCH", "application/merge-patch+json", 200],
    ["PATCH", "application/json-patch+json", 415],
  ])("%s with Content-Type %j gives %i", async (method, type, status) => {
    const path = method === "POST" ? "/api/v1/articles" : "/api/v1/articles/1";
    const reply = await call(method, path, { body: method === "POST" ? validInput : {}, headers: { "content-type": type } });
    expect(reply.status).toBe(status);
    if (status === 415) expect(problemOf(reply).code).toBe("unsupported_media_type");
  });

  test("Content-Encoding is refused", async () => {
    const reply = await call("POST", "/api/v1/articles", { body: validInput, headers: { "content-encoding": "gzip" } });
    expect([reply.status, problemOf(reply).code]).toEqual([415, "unsupported_media_type"]);
  });

  test.each([
    ["*/*", 200],
    ["", 200],
    ["application/json", 200],
    ["APPLICATION/JSON", 200],
    ["application/*;q=0.1", 200],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 200],
    ["text/html, application/json;q=0.5", 200],
    ["nonsense, */*", 200],
    ["text/html", 406],
    ["application/problem+json", 406],
    ["application/json;q=0", 406],
    ["application/json;q=0, */*", 406],
    ["*/*;q=0.0", 406],
    ["nonsense", 406],
  ])("Accept %j gives %i", async (accept, status) => {
    const reply = await call("GET", "/api/v1/articles/1", { headers: { accept } });
    expect(reply.status).toBe(status);
    if (status === 406) expect(problemOf(reply).code).toBe("not_acceptable");
  });
});

describe("a path", () => {
  test.each([
    ["/", 404],
    ["/nope", 404],
    ["/api/v1", 404],
    ["/api/v1/articles/", 404],
    ["/api/v1/articles/1/", 404],
    ["/api/v1/articles/search/?q=x", 404],
    ["/api/v1/articles/1/publish/", 404],
    ["//api/v1/articles", 404],
    ["/API/v1/articles", 404],
    ["/__proto__", 404],
    ["/%ZZ", 400],
    ["/%FF", 400],
  ])("%s is %i", async (path, status) => {
    const reply = await call("GET", path);
    expect(reply.status).toBe(status);
    expect(problemOf(reply).code).toBe(status === 404 ? "not_found" : "invalid_parameter");
  });

  test.each([
    ["PUT", "/api/v1/articles", "GET, HEAD, POST"],
    ["DELETE", "/api/v1/articles", "GET, HEAD, POST"],
    ["POST", "/api/v1/articles/1", "GET, HEAD, PUT, PATCH, DELETE"],
    ["PUT", "/api/v1/articles/search", "GET, HEAD"],
    ["GET", "/api/v1/articles/1/publish", "POST"],
    ["HEAD", "/api/v1/articles/1/publish", "POST"],
    ["PROPFIND", "/api/v1/articles/1", "GET, HEAD, PUT, PATCH, DELETE"],
    ["POST", "/metrics", "GET, HEAD"],
    ["DELETE", "/api/v1/health/ready", "GET, HEAD"],
    ["POST", "/docs", "GET, HEAD"],
  ])("%s %s is not allowed, and what is, is said", async (method, path, allow) => {
    const reply = await call(method, path);
    expect([reply.status, reply.headers.get("allow")]).toEqual([405, allow]);
    if (method !== "HEAD") expect(problemOf(reply).code).toBe("method_not_allowed");
    const options = await call("OPTIONS", path);
    expect([options.status, options.headers.get("allow"), options.text]).toEqual([204, allow, ""]);
  });
});

describe("a failure of ours", () => {
  const failing = (error: unknown) =>
    createRestFixture((store) => ({ reads: { ...store.reads, get: () => Promise.reject(error) } }));

  test("shows nothing of what failed, and is logged with the id that it shows", async () => {
    const { call, logged } = failing(new Error('relation "articles" does not exist at 10.0.0.7'));
    const reply = await call("GET", "/api/v1/articles/1", { headers: { "x-request-id": "my-request-1" } });
    expect([reply.status, problemOf(reply).code]).toEqual([500, "internal"]);
    expect(reply.json).toMatchObject({ request_id: "my-request-1" });
    expect(reply.text).not.toMatch(/relation|10\.0\.0\.7|at .*\.ts/);
    expect(logged.join("")).toContain("my-request-1");
    expect(logged.join("")).toContain("relation");
  });

  test.each([0, 0.2, 1, 2.1])("says when waiting %p seconds helps", async (retry_after_s) => {
    const { call } = failing(new AppError("unavailable", "The database does not answer.", { retry_after_s }));
    const reply = await call("GET", "/api/v1/articles/1");
    expect([reply.status, reply.headers.get("retry-after")]).toEqual([503, String(Math.max(1, Math.ceil(retry_after_s)))]);
  });

  test.each(errorCodes)("with code %s is a problem document", async (code) => {
    const reply = await failing(new AppError(code, "It is so.")).call("GET", "/api/v1/articles/1");
    expect([reply.status, problemOf(reply).code]).toEqual([statusOf(code), code]);
  });
});
