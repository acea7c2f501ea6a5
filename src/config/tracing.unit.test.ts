import { expect, test } from "bun:test";
import { loadConfig } from "./load.ts";
import { ConfigError } from "./problems.ts";

const endpoint = "http://collector:4318";
const load = (env: Record<string, string>) => loadConfig({ env }).tracing;

function problemsOf(env: Record<string, string>) {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ variable, found }) => [variable, found]);
    throw error;
  }
  return [];
}

test("without an endpoint nothing is traced, and what is set for other programs is not looked at", () => {
  expect(load({})).toBeUndefined();
  expect(load({ OTEL_TRACES_SAMPLER: "jaeger_remote", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" })).toBeUndefined();
});

test("with one, what the caller wants sampled is exported", () => {
  expect(load({ OTEL_EXPORTER_OTLP_ENDPOINT: `${endpoint}/` })).toEqual({
    endpoint,
    headers: {},
    resource_attributes: {},
    sampler: "parentbased_always_on",
    sampler_ratio: 1,
  });
});

test("headers and attributes are lists, percent-encoded", () => {
  const tracing = load({
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20eDp5, x-scope = a=b",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=staging",
    OTEL_SERVICE_NAME: "newsroom",
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
    OTEL_TRACES_SAMPLER_ARG: "0.05",
  });
  expect(tracing).toMatchObject({
    headers: { authorization: "Basic eDp5", "x-scope": "a=b" },
    resource_attributes: { "deployment.environment.name": "staging" },
    service_name: "newsroom",
    sampler: "parentbased_traceidratio",
    sampler_ratio: 0.05,
  });
});

test("what cannot be is refused, all of it, and a header's value is not shown", () => {
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4317",
    OTEL_EXPORTER_OTLP_HEADERS: "canary",
    OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
    OTEL_RESOURCE_ATTRIBUTES: "a=%zz",
    OTEL_TRACES_SAMPLER: "jaeger_remote",
    OTEL_TRACES_SAMPLER_ARG: "1.5",
  };
  expect(problemsOf(env)).toEqual([
    ["OTEL_EXPORTER_OTLP_ENDPOINT", '"collector:4317"'],
    ["OTEL_EXPORTER_OTLP_PROTOCOL", '"grpc"'],
    ["OTEL_EXPORTER_OTLP_HEADERS", "a secret of 6 bytes"],
    ["OTEL_RESOURCE_ATTRIBUTES", '"a=%zz"'],
    ["OTEL_TRACES_SAMPLER", '"jaeger_remote"'],
    ["OTEL_TRACES_SAMPLER_ARG", '"1.5"'],
  ]);
});

test.each(["a=1%0d%0ab", "=x", "a", "a=ö", "a b=c", ","])("%j is no list of headers", (text) => {
  expect(problemsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: text })).toHaveLength(1);
});
