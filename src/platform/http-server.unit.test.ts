import { expect, test } from "bun:test";
import { connect } from "node:net";
import { createAnswerHeaders } from "./answer-headers.ts";
import { createBearerCheck } from "./bearer-check.ts";
import { createCallerAddress } from "./caller-address.ts";
import { createHealth } from "./health.ts";
import { type FinishedRequest, type HttpServerParts, serveHttp } from "./http-server.ts";
import { contextOf } from "./request-context.ts";

const listen = { host: "127.0.0.1", port: 0 };
const answerHeaders = createAnswerHeaders({ secure: () => false });

function serve(
  handler: (request: Request) => Promise<Response>,
  finished: FinishedRequest[] = [],
  more: Partial<HttpServerParts> = {},
) {
  return serveHttp({
    ...more,
    role: "api",
    listen,
    handler,
    answerHeaders,
    health: createHealth({ role: "api" }),
    metricsText: async () => "",
    hooks: { onRequestStarted() {}, onRequestFinished: (request) => finished.push(request), onHandlerFailed() {} },
  });
}

test("an answer on its way to a slow reader is finished at stop", async () => {
  const answer_bytes = 7_000_000;
  const server = serve(async () => new Response("x".repeat(answer_bytes)));
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  const first = new Promise<Buffer>((resolve) => socket.once("data", resolve));
  socket.write("GET / HTTP/1.1\r\nhost: test\r\n\r\n");
  let received = (await first).length;
  socket.pause();

  const stopped = server[Symbol.asyncDispose]();
  const ended = new Promise((resolve) => socket.once("close", resolve));
  socket.on("data", (chunk) => {
    received += chunk.length;
  });
  socket.resume();
  await Promise.all([stopped, ended]);
  expect(received).toBeGreaterThan(answer_bytes);
});

test("a request that is being handled is answered at stop, and nobody new is", async () => {
  const entered = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const server = serve(async () => {
    entered.resolve();
    await release.promise;
    return new Response("done");
  });
  const answer = fetch(server.url);
  await entered.promise;
  const stopped = server[Symbol.asyncDispose]();
  release.resolve();
  expect(await (await answer).text()).toBe("done");
  await stopped;
  await expect(fetch(server.url)).rejects.toThrow();
});

test("every answer carries the caller's request id when it is sane, and continues the caller's trace", async () => {
  await using server = serve(async () => new Response("ok"));
  const trace_id = "0af7651916cd43dd8448eb211c80319c";
  const asked = await fetch(server.url, {
    headers: { "x-request-id": "mine-1", traceparent: `00-${trace_id}-b7ad6b7169203331-01` },
  });
  expect(asked.headers.get("x-request-id")).toBe("mine-1");
  expect(asked.headers.get("traceparent")).toMatch(new RegExp(`^00-${trace_id}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`));
  const odd = await fetch(server.url, { headers: { "x-request-id": "no spaces please", traceparent: "00-0-0-00" } });
  expect(odd.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  expect(odd.headers.get("traceparent")).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
});

test("a handler that throws is told of and answered 500", async () => {
  const finished: FinishedRequest[] = [];
  await using server = serve(async () => {
    throw new Error("boom");
  }, finished);
  expect((await fetch(server.url)).status).toBe(500);
  expect(finished).toMatchObject([{ method: "GET", status: 500, context: { endpoint: "unknown" } }]);
});

test("while it stops, every answer asks its client to leave", async () => {
  const health = createHealth({ role: "api" });
  await using server = serveHttp({
    role: "api",
    listen,
    handler: async () => new Response("ok"),
    answerHeaders,
    health,
    metricsText: async () => "",
    hooks: { onRequestStarted() {}, onRequestFinished() {}, onHandlerFailed() {} },
  });
  health.enter("running");
  expect((await fetch(server.url)).headers.get("connection")).not.toBe("close");
  health.enter("stopping");
  expect((await fetch(server.url)).headers.get("connection")).toBe("close");
});

test("health never shows what a failed check's exception says", async () => {
  const health = createHealth({ role: "api" });
  health.watch([
    {
      name: "kafka",
      required: false,
      run: () => Promise.reject(new Error("getaddrinfo ENOTFOUND kafka-7.internal")),
    },
  ]);
  expect(JSON.stringify(await health.report())).not.toContain("kafka-7");
});

const quiet = { onRequestStarted() {}, onRequestFinished() {}, onHandlerFailed() {} };

test("what protects a browser is on every answer: a handler's, a page's of its own policy, a failure's and the operational ones", async () => {
  const parts = {
    role: "api",
    listen,
    answerHeaders: createAnswerHeaders({ secure: () => true, cors_origins: ["https://blog.example"] }),
  };
  const health = createHealth({ role: "api" });
  await using server = serveHttp({
    ...parts,
    async handler({ url }) {
      if (url.endsWith("/fails")) throw new Error("boom");
      if (!url.endsWith("/page")) return new Response("ok");
      return new Response("<p>", { headers: { "content-security-policy": "default-src 'self'", vary: "accept" } });
    },
    health,
    metricsText: async () => "",
    hooks: quiet,
  });
  for (const path of ["/", "/fails", "/page", "/metrics", "/api/v1/health", "/api/v1/health/live"]) {
    const { headers } = await fetch(`${server.url}${path}`, { headers: { origin: "https://blog.example" } });
    expect([path, headers.get("x-content-type-options")]).toEqual([path, "nosniff"]);
    expect([path, headers.get("strict-transport-security")]).toEqual([path, "max-age=31536000"]);
    expect([path, headers.get("access-control-allow-origin")]).toEqual([path, "https://blog.example"]);
    expect([path, headers.has("server"), headers.has("x-powered-by")]).toEqual([path, false, false]);
    const policy = path === "/page" ? "default-src 'self'" : "default-src 'none'; frame-ancestors 'none'";
    expect([path, headers.get("content-security-policy")]).toEqual([path, policy]);
    expect([path, headers.get("vary")]).toEqual([path, path === "/page" ? "accept, Origin" : "Origin"]);
  }
});

test("a preflight is answered by the port, any other OPTIONS by the handler", async () => {
  await using server = serveHttp({
    role: "api",
    listen,
    handler: async () => new Response("handled"),
    answerHeaders: createAnswerHeaders({ secure: () => false, cors_origins: "*" }),
    health: createHealth({ role: "api" }),
    metricsText: async () => "",
    hooks: quiet,
  });
  const origin = "https://blog.example";
  const asked = await fetch(server.url, { method: "OPTIONS", headers: { origin, "access-control-request-method": "PUT" } });
  expect([asked.status, asked.headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
  expect(asked.headers.get("x-request-id")).not.toBeNull();
  expect(await (await fetch(server.url, { method: "OPTIONS", headers: { origin } })).text()).toBe("handled");
});

test("metrics are for who has their token, when there is one; probes need none", async () => {
  await using server = serveHttp({
    role: "api",
    listen,
    handler: async () => new Response("ok"),
    answerHeaders,
    health: createHealth({ role: "api" }),
    metricsText: async () => "up 1",
    mayScrape: createBearerCheck("0123456789abcdef"),
    hooks: quiet,
  });
  const refused = await fetch(`${server.url}/metrics`);
  expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="metrics"']);
  expect(await refused.json()).toMatchObject({
    status: 401,
    code: "unauthorized",
    request_id: refused.headers.get("x-request-id"),
  });
  const allowed = await fetch(`${server.url}/metrics`, { headers: { authorization: "Bearer 0123456789abcdef" } });
  expect([allowed.status, await allowed.text()]).toEqual([200, "up 1"]);
  expect((await fetch(`${server.url}/api/v1/health/live`)).status).toBe(200);
});

/** What the port says to bytes that no client of ours would send. */
async function answerTo(url: string, request: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(Number(new URL(url).port), "127.0.0.1", () => socket.write(request));
  let received = "";
  socket.on("data", (chunk) => {
    received += chunk.toString();
  });
  socket.once("close", () => resolve(received));
  return await promise;
}

test.each([
  "GET /api/v1/health/live HTTP/1.0\r\n\r\n",
  "GET /api/v1/health/live HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n",
])("a health check that names no host is answered (%j)", async (request) => {
  await using server = serve(async ({ url }) => new Response(url));
  expect(await answerTo(server.url, request)).toStartWith("HTTP/1.1 200");
});

test("a caller has the address that its proxy says, where that is asked for", async () => {
  const seen: (string | undefined)[] = [];
  const handler = async (request: Request) => {
    seen.push(contextOf(request).address);
    return new Response();
  };
  const from = { headers: { "x-forwarded-for": "203.0.113.7" } };
  for (const callerAddress of [undefined, createCallerAddress(undefined), createCallerAddress({ hops: 1 })]) {
    await using server = serve(handler, [], { callerAddress });
    await fetch(server.url, from);
  }
  expect(seen).toEqual([undefined, "127.0.0.1", "203.0.113.7"]);
});
