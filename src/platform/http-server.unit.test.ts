import { expect, test } from "bun:test";
import { connect } from "node:net";
import { createHealth } from "./health.ts";
import { type FinishedRequest, serveHttp } from "./http-server.ts";

const listen = { host: "127.0.0.1", port: 0 };

function serve(handler: (request: Request) => Promise<Response>, finished: FinishedRequest[] = []) {
  return serveHttp({
    role: "api",
    listen,
    handler,
    health: createHealth({ role: "api", version: "0" }),
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
  const health = createHealth({ role: "api", version: "0" });
  await using server = serveHttp({
    role: "api",
    listen,
    handler: async () => new Response("ok"),
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
  const health = createHealth({ role: "api", version: "0" });
  health.watch([
    {
      name: "kafka",
      required: false,
      run: () => Promise.reject(new Error("getaddrinfo ENOTFOUND kafka-7.internal")),
    },
  ]);
  expect(JSON.stringify(await health.report())).not.toContain("kafka-7");
});
