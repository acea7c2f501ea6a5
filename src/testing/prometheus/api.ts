import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/** One series of an answer; `at_s` is Unix time. A value may be NaN. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly { readonly at_s: number; readonly value: number }[];
}

export interface RangeQuery {
  readonly start_s: number;
  readonly end_s: number;
  readonly step_s: number;
}

const Point = Type.Tuple([Type.Number(), Type.String()]);
const Labels = Type.Record(Type.String(), Type.String());

const Answer = Type.Object({
  status: Type.Literal("success"),
  data: Type.Union([
    Type.Object({ resultType: Type.Literal("vector"), result: Type.Array(Type.Object({ metric: Labels, value: Point })) }),
    Type.Object({
      resultType: Type.Literal("matrix"),
      result: Type.Array(Type.Object({ metric: Labels, values: Type.Array(Point) })),
    }),
    Type.Object({ resultType: Type.Literal("scalar"), result: Point }),
  ]),
});

const query_timeout_ms = 30_000;

/** Prometheus's HTTP API, https://prometheus.io/docs/prometheus/latest/querying/api/. Both reject with what Prometheus says of the expression. */
export function createPrometheusApi(url: string) {
  async function ask(path: string, parameters: Readonly<Record<string, string>>): Promise<readonly Series[]> {
    const response = await fetch(`${url}/api/v1/${path}`, {
      method: "POST",
      body: new URLSearchParams(parameters),
      signal: AbortSignal.timeout(query_timeout_ms),
    });
    const body: unknown = await response.json();
    if (!response.ok) throw new Error(`${parameters["query"]}: ${errorOf(body)}`);
    Value.Assert(Answer, body);
    const { data } = body;
    switch (data.resultType) {
      case "vector":
        return data.result.map(({ metric, value }) => ({ labels: metric, points: [toPoint(value)] }));
      case "matrix":
        return data.result.map(({ metric, values }) => ({ labels: metric, points: values.map(toPoint) }));
      case "scalar":
        return [{ labels: {}, points: [toPoint(data.result)] }];
      default:
        return data satisfies never;
    }
  }

  return {
    /** As of now. */
    query: (expression: string) => ask("query", { query: expression }),
    queryRange: (expression: string, { start_s, end_s, step_s }: RangeQuery) =>
      ask("query_range", { query: expression, start: String(start_s), end: String(end_s), step: String(step_s) }),
  };
}

export type PrometheusApi = ReturnType<typeof createPrometheusApi>;

function toPoint([at_s, text]: readonly [number, string]) {
  return { at_s, value: numberOf(text) };
}

function numberOf(text: string): number {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  return text === "-Inf" ? Number.NEGATIVE_INFINITY : Number(text);
}

function errorOf(body: unknown): string {
  return typeof body === "object" && body !== null && "error" in body ? String(body.error) : JSON.stringify(body);
}
