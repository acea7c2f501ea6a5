import { expect, test } from "bun:test";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { contextOf } from "../platform/request-context.ts";
import { recordingTracer } from "../testing/recording-tracer.ts";
import { createActiveSpans } from "./active-spans.ts";
import { traceFetch, traceHandler } from "./traced-http.ts";

const trace_id = "a".repeat(32);
const from = (flags: string) => `00-${trace_id}-${"b".repeat(16)}-${flags}`;

function serve(answer: (request: Request) => Promise<Response>, headers: Record<string, string> = {}, path = "/x") {
  const { tracer, spans } = recordingTracer();
  const active = createActiveSpans();
  const seen: { traceparent?: string; active?: boolean } = {};
  const request = new Request(`http://localhost${path}`, { headers });
  const handler = traceHandler({
    tracer,
    active,
    handler: (given) => {
      seen.traceparent = contextOf(given).traceparent;
      seen.active = active.current() !== undefined;
      return answer(given);
    },
  });
  return { done: handler(request), spans, seen };
}

const ok = async (request: Request) => {
  contextOf(request).endpoint = "/api/v1/articles/{id}";
  return new Response("ok");
};

test("a request's span continues the caller's trace and is what the request goes on with", async () => {
  const { done, spans, seen } = serve(ok, { traceparent: from("01") });
  await done;
  const [span] = spans();
  expect(span).toMatchObject({
    kind: SpanKind.SERVER,
    name: "GET /api/v1/articles/{id}",
    status: { code: SpanStatusCode.UNSET },
  });
  expect(span?.parentSpanContext).toMatchObject({ traceId: trace_id, spanId: "b".repeat(16) });
  expect(seen).toEqual({ traceparent: `00-${trace_id}-${span?.spanContext().spanId}-01`, active: true });
});

test.each([
  ["that the caller does not sample", { traceparent: from("00") }, new RegExp(`^00-${trace_id}-(?!b{16})[0-9a-f]{16}-00$`), 0],
  ["without a caller's trace", {}, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/, 1],
  ["with a broken traceparent", { traceparent: from("01").slice(1) }, /^00-(?!a{32})[0-9a-f]{32}-[0-9a-f]{16}-01$/, 1],
])("a request %s", async (_, headers, traceparent, recorded) => {
  const { done, spans, seen } = serve(ok, headers);
  await done;
  expect(seen.traceparent).toMatch(traceparent);
  expect([spans().length, seen.active]).toEqual([recorded, recorded === 1]);
});

test.each([
  [404, SpanStatusCode.UNSET],
  [499, SpanStatusCode.UNSET],
  [503, SpanStatusCode.ERROR],
])("an answer of %d", async (status, code) => {
  const { done, spans } = serve(async () => new Response(null, { status }));
  await done;
  expect(spans()[0]).toMatchObject({ name: "GET", status: { code }, attributes: { "http.response.status_code": status } });
});

test("a handler that throws fails the span, and the error goes on", async () => {
  const { done, spans } = serve(() => Promise.reject(new TypeError("secret")));
  await expect(done).rejects.toThrow("secret");
  expect(spans()[0]).toMatchObject({ status: { code: SpanStatusCode.ERROR }, attributes: { "error.type": "TypeError" } });
});

test("nothing that the caller typed is told", async () => {
  const canary = "canary-4f1d";
  const headers = { authorization: canary, cookie: canary, "user-agent": canary, "x-request-id": canary };
  const { done, spans } = serve(async () => new Response(null, { status: 500 }), headers, `/${canary}?q=${canary}`);
  await done;
  expect(JSON.stringify([spans()[0]?.name, spans()[0]?.attributes, spans()[0]?.status])).not.toContain(canary);
});

test("a call of the gateway has a span under the request's, which the other side continues", async () => {
  const { tracer, spans } = recordingTracer();
  let sent: string | null = null;
  const fetch = traceFetch({
    tracer,
    url: "http://api.internal:5000/base",
    fetch: async (request) => {
      sent = request.headers.get("traceparent");
      return new Response(null, { status: 404 });
    },
  });
  await fetch(new Request("http://api.internal:5000/base/api/v1/articles?q=canary", { headers: { traceparent: from("01") } }));
  const [span] = spans();
  expect(String(sent)).toBe(`00-${trace_id}-${span?.spanContext().spanId}-01`);
  expect(span).toMatchObject({ kind: SpanKind.CLIENT, status: { code: SpanStatusCode.ERROR } });
  expect(span?.parentSpanContext?.spanId).toBe("b".repeat(16));
  expect(span?.attributes).toMatchObject({ "server.address": "api.internal", "server.port": 5000, "error.type": "404" });
  expect(JSON.stringify(span?.attributes)).not.toContain("canary");
});
