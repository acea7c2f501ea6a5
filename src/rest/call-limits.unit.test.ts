import { expect, test } from "bun:test";
import pino from "pino";
import { createRateLimit } from "../platform/rate-limit.ts";
import { contextOf, registerContext } from "../platform/request-context.ts";
import { createMemoryStore } from "../testing/memory-store.ts";
import { createRestCaller, validInput } from "../testing/rest-fixture.ts";
import { createAccess } from "./access/access.ts";
import { createRestHandler } from "./rest-handler.ts";

/** Tokens are their own subjects; what begins with "bad" is none. */
const access = createAccess({
  check: async (token) =>
    token.startsWith("bad")
      ? { valid: false, reason: "The access token is not valid." }
      : { valid: true, subject: token, scopes: ["articles:write"] },
  open_writes: true,
  public_reads: "all",
});

/** The API with room for two reads and `writes_burst` writes of each caller, whose address stands in a header here. */
function limitedApi(writes_burst = 1) {
  const handle = createRestHandler({
    ...createMemoryStore(),
    writable: true,
    access,
    docs: true,
    now: () => new Date(),
    log: pino({ level: "silent" }),
    rateLimits: {
      reads: createRateLimit({ name: "reads", per_second: 0.01, burst: 2 }),
      writes: createRateLimit({ name: "writes", per_second: 0.01, burst: writes_burst }),
    },
  });
  const call = createRestCaller((request) => {
    const address = request.headers.get("x-address") ?? undefined;
    registerContext(request, { ...contextOf(request), address });
    return handle(request);
  });
  const statuses = async (method: string, path: string, callers: readonly Record<string, string>[]) => {
    const body = method === "POST" ? { body: validInput } : {};
    const replies = [];
    for (const headers of callers) replies.push((await call(method, path, { ...body, headers })).status);
    return replies;
  };
  return { call, statuses };
}

const a = { "x-address": "203.0.113.1" };
const b = { "x-address": "203.0.113.2" };
const bearing = (token: string, headers = a) => ({ ...headers, authorization: `Bearer ${token}` });

test("a caller that asks too often is told when to come again, and another is not", async () => {
  const { call, statuses } = limitedApi();
  expect(await statuses("GET", "/api/v1/articles", [a, a, a, b])).toEqual([200, 200, 429, 200]);
  const { headers, json } = await call("GET", "/api/v1/articles", { headers: a });
  expect(json).toMatchObject({ code: "rate_limited", status: 429 });
  expect(headers.get("retry-after")).toBe("100");
  expect(headers.get("ratelimit-policy")).toBe('"reads";q=2;w=200');
  expect(headers.get("ratelimit")).toBe('"reads";r=0;t=100');
});

test("reads and writes are counted apart", async () => {
  const { statuses } = limitedApi();
  expect(await statuses("POST", "/api/v1/articles", [a, a])).toEqual([201, 429]);
  expect(await statuses("GET", "/api/v1/articles/1", [a, a, a])).toEqual([200, 200, 429]);
});

test("a valid token is counted by its subject, wherever it calls from", async () => {
  const { statuses } = limitedApi();
  const callers = [bearing("ada"), bearing("ada", b), bearing("ada"), bearing("grace"), a, b];
  expect(await statuses("GET", "/api/v1/articles", callers)).toEqual([200, 200, 429, 200, 200, 200]);
});

test("invalid tokens are counted by address: new ones do not help", async () => {
  const { statuses } = limitedApi();
  const callers = [bearing("bad1"), bearing("bad2"), bearing("bad3"), a];
  expect(await statuses("GET", "/api/v1/articles", callers)).toEqual([401, 401, 429, 429]);
});

test("who has no address, a gateway in this process, is not counted; nor is what needs no token", async () => {
  const { statuses } = limitedApi();
  expect(await statuses("GET", "/api/v1/articles", [{}, {}, {}, {}])).toEqual([200, 200, 200, 200]);
  expect(await statuses("GET", "/openapi.json", [a, a, a, a])).toEqual([200, 200, 200, 200]);
});

test.each([
  ["announced", (body: string) => ({ "content-length": String(Buffer.byteLength(body)) })],
  ["not announced", () => ({})],
])("a large body counts for many writes, its size being %s", async (_, sized) => {
  const { call } = limitedApi(10);
  const write = async (content: string) => {
    const body = JSON.stringify({ ...validInput, content });
    const headers = { ...a, ...sized(body), "content-type": "application/json" };
    return (await call("POST", "/api/v1/articles", { body: JSON.parse(body), headers })).status;
  };
  expect(await write("short")).toBe(201);
  expect(await write("long ".repeat(20_000))).toBe(201);
  expect(await write("short")).toBe(429);
});
