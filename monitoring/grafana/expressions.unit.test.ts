import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parser } from "@prometheus-io/lezer-promql";
import { createMetrics } from "../../src/metrics/metrics.ts";
import { dashboards } from "./dashboards.ts";
import { annotationExpressionsOf, queriesOf, withVariables } from "./panel-queries.ts";

const root = join(import.meta.dir, "../..");
const asGrafanaAsks = (expr: string) => withVariables(expr, { rate_interval: "1m", range: "1h" });

/** What Prometheus itself adds to every series, and its configuration to ours. */
const target_labels = ["job", "role", "instance"];

const instruments = new Map(
  createMetrics({ version: "1", commit: "c", bun: "b" })
    .registry.getMetricsAsArray()
    .map((metric) => [metric.name, metric] as const),
);
/** Gauges that are sampled at a scrape are declared where they are wired. */
const declarations = ["src/metrics", "src/roles"]
  .flatMap((folder) => readdirSync(join(root, folder)).map((file) => join(root, folder, file)))
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .map((file) => readFileSync(file, "utf8"))
  .join("\n");

interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
}

/** The selectors of an expression, and what its grammar does not allow. */
function parse(expr: string): { readonly selectors: readonly Selector[]; readonly faults: readonly string[] } {
  const selectors: { metric: string; labels: string[] }[] = [];
  const faults: string[] = [];
  parser.parse(expr).iterate({
    enter(node) {
      const text = expr.slice(node.from, node.to);
      if (node.type.isError) faults.push(`${expr.slice(0, node.from)} <here> ${expr.slice(node.from)}`);
      if (node.name === "Identifier") selectors.push({ metric: text, labels: [] });
      if (node.name === "UnquotedLabelMatcher") selectors.at(-1)?.labels.push(/^\w+/.exec(text)?.[0] ?? "");
    },
  });
  return { selectors, faults };
}

/** The labels that a metric can have, beside the target's; undefined for one that is sampled at a scrape. */
function labelsOf(metric: string): readonly string[] | undefined {
  const own = instruments.get(metric) ?? instruments.get(metric.replace(/_(bucket|sum|count)$/, ""));
  if (own === undefined) return undefined;
  const names: unknown = "labelNames" in own ? own.labelNames : [];
  return [...(Array.isArray(names) ? names.map(String) : []), ...(metric.endsWith("_bucket") ? ["le"] : [])];
}

/** Prometheus' own. */
const not_ours = ["up", "ALERTS"];
const isDeclared = (metric: string) =>
  not_ours.includes(metric) || labelsOf(metric) !== undefined || declarations.includes(`"${metric}"`);

for (const [name, dashboard] of Object.entries(dashboards())) {
  const expressions = [...queriesOf(dashboard).map(({ expr }) => expr), ...annotationExpressionsOf(dashboard)].map(asGrafanaAsks);

  describe(`the expressions of ${name}`, () => {
    test("are PromQL", () => {
      expect(expressions.flatMap((expr) => parse(expr).faults)).toEqual([]);
      expect(expressions.filter((expr) => expr.includes("$"))).toEqual([]);
    });

    test("ask for metrics that we have, by labels that those have", () => {
      const selectors = expressions.flatMap((expr) => parse(expr).selectors);
      expect(selectors.map(({ metric }) => metric).filter((metric) => !isDeclared(metric))).toEqual([]);
      const unknown_labels = selectors.flatMap(({ metric, labels }) => {
        const known = labelsOf(metric);
        return known === undefined
          ? []
          : labels.filter((label) => ![...known, ...target_labels].includes(label)).map((label) => `${metric}{${label}}`);
      });
      expect(unknown_labels).toEqual([]);
    });

    test("take rates of counters and histograms alone, and quantiles of buckets alone", () => {
      const gauges = expressions.flatMap((expr) =>
        [...expr.matchAll(/(?:rate|increase)\((\w+)/g)].flatMap(([, metric = ""]) =>
          instruments.has(metric) && !metric.endsWith("_total") ? [metric] : [],
        ),
      );
      expect(gauges).toEqual([]);
      const of_no_buckets = expressions.filter((expr) =>
        /histogram_quantile\([^,]+, (?!sum by \([^)]*le\) \(\w+\(\w+_bucket)/.test(expr),
      );
      expect(of_no_buckets).toEqual([]);
    });

    test("keep the labels that their legends name", () => {
      const lost = queriesOf(dashboard).flatMap(({ panel, expr, legend }) =>
        [...legend.matchAll(/{{(\w+)}}/g)].flatMap(([, label = ""]) => (keeps(expr, label) ? [] : [`${panel}: ${label}`])),
      );
      expect(lost).toEqual([]);
    });
  });
}

/** Whether a series that `expr` gives can have `label`: an aggregation keeps what it groups by, a selector all. */
function keeps(expr: string, label: string): boolean {
  const groups = [...expr.matchAll(/\bby \(([^)]*)\)/g)].map(([, labels = ""]) => labels.split(", "));
  const aggregates = groups.length > 0 || /\b(sum|max|min|count) ?\(/.test(expr);
  if (aggregates) return groups.some((labels) => labels.includes(label));
  return parse(asGrafanaAsks(expr)).selectors.every(({ metric }) =>
    (labelsOf(metric) ?? [label]).concat(target_labels).includes(label),
  );
}
