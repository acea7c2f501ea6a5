import { beforeEach, describe, expect, test } from "bun:test";
import { createRestFixture, type RestFixture, validInput } from "../testing/rest-fixture.ts";

let fixture: RestFixture;
const call: RestFixture["call"] = (...request) => fixture.call(...request);
const create = (input: object = {}) => call("POST", "/api/v1/articles", { body: { ...validInput, ...input } });

beforeEach(() => {
  fixture = createRestFixture();
});

describe("a write", () => {
  test("of a new article answers 201 with where it is", async () => {
    const reply = await create();
    expect(reply.status).toBe(201);
    expect(reply.headers.get("location")).toBe("/api/v1/articles/1");
    expect(reply.headers.get("etag")).toBe('"1"');
    expect(reply.json).toMatchObject({
      ...validInput,
      id: 1,
      category: "general",
      tags: [],
      status: "draft",
      published_at: null,
    });
  });

  test("by PUT replaces, and returns to its default what is left out", async () => {
    await create({ category: "x", tags: ["a"] });
    const reply = await call("PUT", "/api/v1/articles/1", { body: validInput });
    expect([reply.status, reply.headers.get("etag")]).toEqual([200, '"2"']);
    expect(reply.json).toMatchObject({ category: "general", tags: [], version: 2 });
  });

  test("by PATCH changes only what is given, as a merge patch too", async () => {
    await create({ category: "x" });
    const headers = { "content-type": "application/merge-patch+json" };
    const reply = await call("PATCH", "/api/v1/articles/1", { body: { title: "New" }, headers });
    expect(reply.json).toMatchObject({ title: "New", category: "x", version: 2 });
  });

  test("that changes nothing makes no version", async () => {
    await create({ status: "published" });
    for (const [method, path, body] of [
      ["PUT", "/api/v1/articles/1", { ...validInput, status: "published" }],
      ["PATCH", "/api/v1/articles/1", {}],
      ["POST", "/api/v1/articles/1/publish", undefined],
    ] as const) {
      const reply = await call(method, path, { body });
      expect([method, reply.status, reply.headers.get("etag")]).toEqual([method, 200, '"1"']);
    }
  });

  test("by DELETE answers the version of the deletion, and then there is none", async () => {
    await create();
    const reply = await call("DELETE", "/api/v1/articles/1");
    expect([reply.status, reply.headers.get("etag"), reply.text]).toEqual([204, '"2"', ""]);
    expect((await call("DELETE", "/api/v1/articles/1")).status).toBe(404);
  });

  const routesTo = {
    draft: [
      ["PUT", { ...validInput, status: "draft" }],
      ["PATCH", { status: "draft" }],
    ],
    published: [
      ["PUT", { ...validInput, status: "published" }],
      ["PATCH", { status: "published" }],
      ["POST", undefined],
    ],
    archived: [
      ["PUT", { ...validInput, status: "archived" }],
      ["PATCH", { status: "archived" }],
    ],
  } as const;
  const statuses = ["draft", "published", "archived"] as const;
  const transitions = statuses.flatMap((from) =>
    statuses.flatMap((to) => routesTo[to].map(([method, body]) => [from, to, method, body] as const)),
  );
  test.each(transitions)("from %s to %s by %s follows the rules", async (from, to, method, body) => {
    await create({ status: from });
    const path = method === "POST" ? "/api/v1/articles/1/publish" : "/api/v1/articles/1";
    const reply = await call(method, path, { body });
    const forbidden = from === "archived" && to === "published";
    expect(reply.status).toBe(forbidden ? 409 : 200);
    expect(reply.json).toMatchObject(forbidden ? { code: "conflict" } : { status: to, version: from === to ? 1 : 2 });
  });
});

const writes = [
  ["PUT", "/api/v1/articles/1", { ...validInput, title: "New" }],
  ["PATCH", "/api/v1/articles/1", { title: "New" }],
  ["DELETE", "/api/v1/articles/1", undefined],
  ["POST", "/api/v1/articles/1/publish", undefined],
] as const;

describe("If-None-Match and If-Unmodified-Since of a write", () => {
  const before = "Mon, 23 Nov 2026 09:29:59 GMT";
  const then = "Mon, 23 Nov 2026 09:30:00 GMT";
  test.each(
    writes.flatMap((write) =>
      (
        [
          [{ "if-none-match": "*" }, false],
          [{ "if-none-match": '"1"' }, false],
          [{ "if-none-match": '"7", W/"1"' }, false],
          [{ "if-none-match": '"2"' }, true],
          [{ "if-unmodified-since": before }, false],
          [{ "if-unmodified-since": then }, true],
          [{ "if-unmodified-since": "Monday, 23-Nov-26 09:29:59 GMT" }, false],
          [{ "if-unmodified-since": "Mon Nov 23 09:29:59 2026" }, false],
          [{ "if-unmodified-since": "last week" }, true],
          [{ "if-unmodified-since": before, "if-match": '"1"' }, true],
          [{ "if-none-match": "*", "if-match": '"1"' }, false],
        ] as const
      ).map((given) => [...write, ...given] as const),
    ),
  )("%s %s %j under %j: is let through: %p", async (method, path, body, headers, let_through) => {
    await create();
    const reply = await call(method, path, { body, headers });
    if (let_through) return expect(reply.status).toBeLessThan(300);
    expect([reply.status, reply.json]).toMatchObject([412, { code: "precondition_failed" }]);
    expect((await call("GET", "/api/v1/articles/1")).json).toMatchObject({ version: 1 });
  });

  test.each(writes)("%s %s %j under an If-None-Match that is no list of tags is 400", async (method, path, body) => {
    await create();
    const reply = await call(method, path, { body, headers: { "if-none-match": "1" } });
    expect([reply.status, reply.json]).toMatchObject([
      400,
      { code: "invalid_parameter", errors: [{ pointer: "If-None-Match" }] },
    ]);
  });

  test("of an article that is not there are no matter", async () => {
    expect((await call("PATCH", "/api/v1/articles/9", { body: {}, headers: { "if-none-match": "*" } })).status).toBe(404);
  });
});

describe("If-Match", () => {
  const matches = [
    ['"1"', true],
    ["*", true],
    ['"9", "1"', true],
    ['"2"', 412],
    ['W/"1"', 412],
    ['"abc"', 412],
    ['"1e0"', 412],
    ["1", 400],
    ['"1', 400],
    ["", 400],
    ['"1" "2"', 400],
  ] as const;
  test.each(writes.flatMap((write) => matches.map((match) => [...write, ...match] as const)))(
    "%s %s %j under %j gives %p",
    async (method, path, body, ifMatch, outcome) => {
      await create();
      const reply = await call(method, path, { body, headers: { "if-match": ifMatch } });
      if (outcome === true) expect(reply.status).toBeLessThan(300);
      else
        expect([reply.status, (reply.json as { code: string }).code]).toEqual([
          outcome,
          outcome === 412 ? "precondition_failed" : "invalid_parameter",
        ]);
    },
  );

  test("lets exactly one of two concurrent changes through", async () => {
    await create();
    const change = (title: string) => call("PATCH", "/api/v1/articles/1", { body: { title }, headers: { "if-match": '"1"' } });
    const replies = await Promise.all([change("A"), change("B")]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 412]);
  });
});

describe("an idempotency key", () => {
  const headers = { "idempotency-key": "key-1" };

  test("makes the same request again answer the same, byte for byte", async () => {
    const first = await call("POST", "/api/v1/articles", { body: validInput, headers });
    const again = await call("POST", "/api/v1/articles", { body: validInput, headers });
    // Which request it was differs, and which span of a trace.
    const kept = ({ headers }: typeof first) => [...headers].filter(([name]) => !["x-request-id", "traceparent"].includes(name));
    expect([again.status, again.text, kept(again)]).toEqual([first.status, first.text, kept(first)]);
    expect((await call("GET", "/api/v1/articles")).json).toMatchObject({ total: 1 });
  });

  test("is looked up before If-Match is judged", async () => {
    await create();
    const change = () =>
      call("PUT", "/api/v1/articles/1", { body: { ...validInput, title: "New" }, headers: { ...headers, "if-match": '"1"' } });
    expect((await change()).status).toBe(200);
    expect((await change()).status).toBe(200);
    expect((await call("GET", "/api/v1/articles/1")).json).toMatchObject({ version: 2 });
  });

  test("gives the answer to a DELETE again", async () => {
    await create();
    const remove = () => call("DELETE", "/api/v1/articles/1", { headers });
    expect([(await remove()).status, (await remove()).status]).toEqual([204, 204]);
  });

  test.each([
    ["another body", "PUT", "/api/v1/articles/1", { ...validInput, title: "Other" }, {}],
    ["another article", "PUT", "/api/v1/articles/2", validInput, {}],
    ["another method", "PATCH", "/api/v1/articles/1", validInput, {}],
    ["another If-None-Match", "PUT", "/api/v1/articles/1", validInput, { "if-none-match": '"7"' }],
    ["another If-Match", "PUT", "/api/v1/articles/1", validInput, { "if-match": '"1"' }],
  ])("is not taken for %s", async (_, method, path, body, more) => {
    await create();
    expect((await call("PUT", "/api/v1/articles/1", { body: validInput, headers })).status).toBe(200);
    const reply = await call(method, path, { body, headers: { ...headers, ...more } });
    expect([reply.status, reply.json]).toMatchObject([422, { code: "idempotency_key_reused" }]);
  });

  test("keeps refusals that would come again", async () => {
    for (const [key, body, status] of [
      ["a", "{", 400],
      ["b", { title: "" }, 422],
    ] as const) {
      const send = () => call("POST", "/api/v1/articles", { body, headers: { "idempotency-key": key } });
      const [first, again] = [await send(), await send()];
      expect([first.status, again.status, again.text]).toEqual([status, status, first.text]);
    }
  });

  test("stays free after a failure of ours", async () => {
    let failures = 1;
    fixture = createRestFixture((store) => ({
      idempotency: {
        ...store.idempotency,
        run: (request, handle) =>
          store.idempotency.run(request, (writes) =>
            handle({
              ...writes,
              create: async (...args) => {
                if (failures-- > 0) throw new Error("secret: connection lost to 10.0.0.7");
                return writes.create(...args);
              },
            }),
          ),
      },
    }));
    const send = () => call("POST", "/api/v1/articles", { body: validInput, headers });
    expect((await send()).status).toBe(500);
    expect((await send()).status).toBe(201);
  });

  test("under which a request is still running is told to wait", async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    fixture = createRestFixture((store) => ({
      idempotency: {
        ...store.idempotency,
        run: (request, handle) => store.idempotency.run(request, (writes) => gate.then(() => handle(writes))),
      },
    }));
    const first = call("POST", "/api/v1/articles", { body: validInput, headers });
    const second = await call("POST", "/api/v1/articles", { body: validInput, headers });
    expect([second.status, second.json, second.headers.get("retry-after")]).toMatchObject([
      409,
      { code: "idempotency_in_progress" },
      "1",
    ]);
    open();
    expect((await first).status).toBe(201);
  });

  test.each(["", "a b", "é", "x".repeat(256)])("of %j is refused", async (key) => {
    const reply = await call("POST", "/api/v1/articles", { body: validInput, headers: { "idempotency-key": key } });
    expect([reply.status, reply.json]).toMatchObject([
      400,
      { code: "invalid_parameter", errors: [{ pointer: "Idempotency-Key" }] },
    ]);
  });

  test("belongs to its caller", async () => {
    const admit = async ({ headers }: Request) => ({ caller: { subject: headers.get("authorization") ?? "", sees_all: true } });
    fixture = createRestFixture(() => ({ access: { open_writes: true, admit } }));
    for (const authorization of ["a", "b"]) {
      await call("POST", "/api/v1/articles", { body: validInput, headers: { ...headers, authorization } });
    }
    expect((await call("GET", "/api/v1/articles")).json).toMatchObject({ total: 2 });
  });
});
