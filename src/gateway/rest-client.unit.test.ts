import { describe, expect, test } from "bun:test";
import { AppError } from "../article/errors.ts";
import { type Caller, createRestClient, type Fetch } from "./rest-client.ts";

const article = { id: 1, title: "t" };
const page = { items: [article], total: 1, page: 1, per_page: 10, pages: 1, next_cursor: null };

function clientOf(fetch: Fetch) {
  const requests: Request[] = [];
  const calls: string[] = [];
  const client = createRestClient({
    base_url: "http://api/prefix/",
    fetch: (request) => {
      requests.push(request.clone());
      return fetch(request);
    },
    hooks: { onCall: (operation, result) => calls.push(`${operation} ${result}`) },
  });
  return { client, requests, calls };
}

function callerWith(parts: Partial<Caller> = {}): Caller {
  return {
    request_id: "r-1",
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    deadline_ms: performance.now() + 5_000,
    signal: new AbortController().signal,
    ...parts,
  };
}

async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error instanceof AppError) return error;
  throw new Error(`expected an AppError, found ${error}`);
}

test("what the caller sent travels on, and how much time is left", async () => {
  const { client, requests } = clientOf(async () => Response.json(page));
  await client.getMany(callerWith({ authorization: "Bearer x" }), [3, 1], ["title"], true);
  const [request] = requests;
  expect(request?.url).toBe(
    "http://api/prefix/api/v1/articles?ids=3%2C1&fields=id%2Ctitle&per_page=100&with_total=false&count_views=true",
  );
  expect(request?.headers.get("authorization")).toBe("Bearer x");
  expect(request?.headers.get("x-request-id")).toBe("r-1");
  expect(request?.headers.get("traceparent")).toStartWith("00-0af7651916cd43dd8448eb211c80319c");
  expect(request?.headers.get("idempotency-key")).toBeNull();
  const left_ms = Number(request?.headers.get("x-request-timeout-ms"));
  expect(left_ms).toBeWithin(1, 5_001);
});

test("every write has a key of its own, and If-Match when a version is demanded", async () => {
  const { client, requests } = clientOf(async (request) =>
    request.method === "DELETE" ? new Response(null, { status: 204 }) : Response.json(article),
  );
  const caller = callerWith();
  await client.create(caller, { title: "t", content: "c", author: "a" });
  await client.patch(caller, 1, { title: "u" }, 7);
  await client.remove(caller, 1, 8);
  await client.publish(caller, 1);
  const keys = requests.map(({ headers }) => headers.get("idempotency-key"));
  expect(new Set(keys).size).toBe(4);
  expect(keys).not.toContain(null);
  expect(requests.map(({ method, url, headers }) => [method, new URL(url).pathname, headers.get("if-match")])).toEqual([
    ["POST", "/prefix/api/v1/articles", null],
    ["PATCH", "/prefix/api/v1/articles/1", '"7"'],
    ["DELETE", "/prefix/api/v1/articles/1", '"8"'],
    ["POST", "/prefix/api/v1/articles/1/publish", null],
  ]);
  expect(await requests[1]?.json()).toEqual({ title: "u" });
});

test("a problem document becomes the error that it was made from", async () => {
  const entry = { pointer: "per_page", detail: "per_page is 0", code: "out_of_range" };
  const problem = { code: "invalid_parameter", detail: "per_page is wrong.", errors: [entry, "nonsense"] };
  const { client, calls } = clientOf(async () =>
    Response.json(problem, { status: 400, headers: { "content-type": "application/problem+json" } }),
  );
  const error = await failure(client.getMany(callerWith(), [1], [], false));
  expect(error).toMatchObject({
    code: "invalid_parameter",
    message: "perPage is wrong.",
    errors: [{ pointer: "/perPage", detail: "perPage is 0", code: "out_of_range" }],
  });
  expect(calls).toEqual(["get_many invalid_parameter"]);
});

describe("what answers is not the API", () => {
  const html = { "content-type": "text/html" };
  const answers: readonly (readonly [string, () => Response, string])[] = [
    ["200 with HTML", () => new Response("<html>", { headers: html }), "unavailable"],
    ["200 with nothing", () => new Response(""), "unavailable"],
    ["200 with other JSON", () => Response.json({ hello: "world" }), "unavailable"],
    ["200 with items that are no articles", () => Response.json({ ...page, items: [{ id: "1" }] }), "unavailable"],
    ["200 with half of a page", () => Response.json({ items: [] }), "unavailable"],
    ["200 with null", () => Response.json(null), "unavailable"],
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "/login" } }), "unavailable"],
    ["404 of another server", () => new Response("no", { status: 404, headers: html }), "unavailable"],
    ["500 of another server", () => new Response("no", { status: 500, headers: html }), "unavailable"],
    ["a problem with an unknown code", () => problemOf(400, { code: "from_the_future" }), "unavailable"],
    ["a problem that is no JSON", () => problemOf(502, "{"), "unavailable"],
    ["a gateway's 504", () => new Response("", { status: 504 }), "timeout"],
    ["a proxy's 401", () => new Response("", { status: 401 }), "unauthorized"],
    ["a proxy's 429", () => new Response("", { status: 429 }), "rate_limited"],
  ];
  for (const [name, answer, code] of answers) {
    test(`${name}: ${code}`, async () => {
      const { client, calls } = clientOf(async () => answer());
      const request = { per_page: 10, filter: {}, fields: [], with_total: true };
      expect<string>((await failure(client.list(callerWith(), request))).code).toBe(code);
      expect(calls).toEqual([`list ${code}`]);
    });
  }

  function problemOf(status: number, body: unknown) {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return new Response(text, { status, headers: { "content-type": "application/problem+json" } });
  }
});

test("Retry-After in seconds and as a date", async () => {
  const answers = ["3", new Date(Date.now() + 60_000).toUTCString(), "soon"];
  const { client } = clientOf(async () => new Response("", { status: 503, headers: { "retry-after": answers.shift() ?? "" } }));
  const seconds: (number | undefined)[] = [];
  for (let n = 0; n < 3; n++) seconds.push((await failure(client.publish(callerWith(), 1))).retry_after_s);
  expect(seconds[0]).toBe(3);
  expect(seconds[1]).toBeWithin(1, 61);
  expect(seconds[2]).toBeUndefined();
});

describe("no answer", () => {
  test("a refused connection", async () => {
    const { client } = clientOf(async () => Promise.reject(new TypeError("connect ECONNREFUSED 10.0.0.7:5000")));
    const error = await failure(client.publish(callerWith(), 1));
    // Nobody said to wait: the next attempt is due after the jitter alone.
    expect(error.retry_after_s).toBeUndefined();
    expect(error.code).toBe("unavailable");
    expect(error.message).not.toContain("10.0.0.7");
  });

  test("a body that breaks off", async () => {
    const broken = () =>
      new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode('{"items":[')),
        pull: (controller) => controller.error(new Error("socket closed")),
      });
    const { client } = clientOf(async () => new Response(broken(), { headers: { "content-type": "application/json" } }));
    expect((await failure(client.getMany(callerWith(), [1], [], false))).code).toBe("unavailable");
  });

  test("a call that ignores its signal is left at the deadline", async () => {
    const { client, requests } = clientOf(() => new Promise(() => {}));
    const error = await failure(client.publish(callerWith({ deadline_ms: performance.now() + 20 }), 1));
    expect(error.code).toBe("timeout");
    expect(requests).toHaveLength(1);
  });

  test("a body that never ends is left too, and the call is aborted", async () => {
    let aborted = false;
    const { client } = clientOf(async ({ signal }) => {
      signal.addEventListener("abort", () => {
        aborted = true;
      });
      return new Response(new ReadableStream({ pull: () => new Promise(() => {}) }));
    });
    expect((await failure(client.publish(callerWith({ deadline_ms: performance.now() + 20 }), 1))).code).toBe("timeout");
    expect(aborted).toBe(true);
  });

  test("when the caller has gone, its call ends; and none begins afterwards", async () => {
    const controller = new AbortController();
    const { client, requests } = clientOf(() => new Promise(() => {}));
    const running = failure(client.publish(callerWith({ signal: controller.signal }), 1));
    controller.abort();
    expect((await running).code).toBe("unavailable");
    expect((await failure(client.publish(callerWith({ signal: controller.signal }), 1))).code).toBe("unavailable");
    expect(requests).toHaveLength(1);
  });
});
