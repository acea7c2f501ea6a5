import { afterEach, beforeEach, expect, test } from "bun:test";
import type { TracingConfig } from "../config/config.ts";
import { freePort } from "../testing/free-port.ts";
import { type OtlpCollector, startOtlpCollector } from "../testing/otlp-collector.ts";
import { waitFor } from "../testing/wait-for.ts";
import { openTracing, type Tracing } from "./open-tracing.ts";

let collector: OtlpCollector;
let tracing: Tracing;
let told: { exported: number; lost: number; errors: string[] };
beforeEach(() => {
  collector = startOtlpCollector();
});
afterEach(async () => {
  await tracing[Symbol.asyncDispose]();
  await collector[Symbol.asyncDispose]();
});

function open(over: Partial<TracingConfig> = {}) {
  told = { exported: 0, lost: 0, errors: [] };
  tracing = openTracing({
    config: {
      endpoint: collector.endpoint,
      headers: { authorization: "Bearer x" },
      resource_attributes: { "deployment.environment.name": "test" },
      sampler: "parentbased_always_on",
      sampler_ratio: 1,
      ...over,
    },
    version: "1.2.3",
    hooks: {
      onSpansExported(count) {
        told.exported += count;
      },
      onSpansLost(count, error) {
        told.lost += count;
        told.errors.push(error.message);
      },
    },
    export_timeout_ms: 200,
    wait_max_ms: 20,
    flush_timeout_ms: 300,
  });
  return tracing.handler("api", async () => new Response("served"));
}

async function ask(handler: (request: Request) => Promise<Response>, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    const answer = await handler(new Request("http://localhost/"));
    expect(await answer.text()).toBe("served");
  }
}

test("spans reach the collector, each role's as a service of its own, and what is left is sent at the end", async () => {
  const api = open();
  const gateway = tracing.handler("gateway", async () => new Response("served"));
  await ask(api, 2);
  await ask(gateway, 1);
  await tracing[Symbol.asyncDispose]();
  expect(collector.spans.map(({ service }) => service).sort()).toEqual(["blog-api", "blog-api", "blog-gateway"]);
  expect(collector.headers[0]?.get("authorization")).toBe("Bearer x");
  expect(told).toEqual({ exported: 3, lost: 0, errors: [] });
});

test("OTEL_SERVICE_NAME names them all", async () => {
  await ask(open({ service_name: "newsroom" }), 1);
  await tracing[Symbol.asyncDispose]();
  expect(collector.spans.map(({ service }) => service)).toEqual(["newsroom"]);
});

test.each([
  ["always_off", 1, 0],
  ["parentbased_traceidratio", 0, 0],
  ["traceidratio", 1, 20],
] as const)("the sampler %s with %d", async (sampler, sampler_ratio, expected) => {
  await ask(open({ sampler, sampler_ratio }), 20);
  await tracing[Symbol.asyncDispose]();
  expect(collector.spans).toHaveLength(expected);
});

test("a collector that is not there costs the spans and nothing else", async () => {
  await ask(open({ endpoint: `http://127.0.0.1:${freePort()}` }), 3);
  await tracing[Symbol.asyncDispose]();
  expect(told).toMatchObject({ exported: 0, lost: 3, errors: [expect.stringMatching(/ECONNREFUSED|Unable to connect/)] });
});

test("one that refuses is told of, and when it takes them again they come again", async () => {
  const handler = open();
  collector.answerWith(400);
  await ask(handler, 3);
  await waitFor("the loss", () => told.lost === 3);
  collector.answerWith(200);
  await ask(handler, 2);
  await waitFor("the export", () => told.exported === 2);
});

test("one that never comes to the end of its answer is given up on as well", async () => {
  const handler = open();
  collector.answerWith("drip");
  await ask(handler, 3);
  await waitFor("the loss", () => told.lost === 3);
});

test("one that hangs is given up on, holds back no more than the queue, and does not hold up the end", async () => {
  const handler = open();
  collector.answerWith("hang");
  await ask(handler, 5_000);
  // The queue is bounded: most of them are lost while nothing is answered.
  expect(told.lost).toBeGreaterThan(5_000 - 2_048 - 3 * 128);
  await tracing[Symbol.asyncDispose]();
  await waitFor("the export to be given up", () =>
    told.errors.some((message) => message !== "more spans come than the collector takes"),
  );
});
