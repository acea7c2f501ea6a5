import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { repository } from "./runbooks.ts";

const Target = Type.Object({ expr: Type.String(), legendFormat: Type.Optional(Type.String()) });

const Panel = Type.Recursive((Self) =>
  Type.Object({
    type: Type.String(),
    title: Type.Optional(Type.String()),
    fieldConfig: Type.Optional(Type.Object({ defaults: Type.Object({ unit: Type.Optional(Type.String()) }) })),
    targets: Type.Optional(Type.Array(Target)),
    panels: Type.Optional(Type.Array(Self)),
  }),
);

const Dashboard = Type.Object({
  title: Type.String(),
  panels: Type.Array(Panel),
  templating: Type.Object({ list: Type.Array(Type.Object({ name: Type.String() })) }),
  annotations: Type.Object({
    list: Type.Array(Type.Object({ name: Type.String(), target: Type.Optional(Target) })),
  }),
});

/** What a panel, or an annotation, of a dashboard asks Prometheus. */
export interface PanelQuery {
  readonly dashboard: string;
  readonly panel: string;
  readonly type: string;
  /** Grafana's name of what the answer is counted in; undefined where that is not the panel's unit. */
  readonly unit: string | undefined;
  readonly expression: string;
}

export interface Range {
  /** What Grafana puts for $__rate_interval: four scrapes at least. */
  readonly rate_interval_s: number;
  readonly range_s: number;
}

/** A table's columns have units of their own; a heat map's unit is that of its buckets. */
const of_one_unit = new Set(["stat", "timeseries", "state-timeline"]);

/** Every query of the dashboards in monitoring/grafana/dashboards, as asked when their variables choose all. */
export function readPanelQueries({ rate_interval_s, range_s }: Range): readonly PanelQuery[] {
  const folder = join(repository, "monitoring/grafana/dashboards");
  const files = [...new Bun.Glob("*.json").scanSync({ cwd: folder, absolute: true })].sort();
  return files.flatMap((file) => {
    const dashboard: unknown = JSON.parse(readFileSync(file, "utf8"));
    Value.Assert(Dashboard, dashboard);
    const times = { __rate_interval: `${rate_interval_s}s`, __interval: `${rate_interval_s}s`, __range: `${range_s}s` };
    const chosen = dashboard.templating.list.map(({ name }) => [name, ".*"]);
    const fill = (expression: string) => filled(expression, { ...Object.fromEntries(chosen), ...times });
    const annotations = dashboard.annotations.list.flatMap(({ name, target }) =>
      target ? [{ panel: name, type: "annotation", unit: undefined, expression: fill(target.expr) }] : [],
    );
    const panels = dashboard.panels.flatMap(leaves).flatMap(({ type, title = "untitled", fieldConfig, targets = [] }) =>
      targets.map(({ expr }) => ({
        panel: title,
        type,
        unit: of_one_unit.has(type) ? fieldConfig?.defaults.unit : undefined,
        expression: fill(expr),
      })),
    );
    return [...panels, ...annotations].map((query) => ({ dashboard: dashboard.title, ...query }));
  });
}

type AnyPanel = Static<typeof Panel>;

/** Collapsed rows hold their panels. */
function leaves(panel: AnyPanel): readonly AnyPanel[] {
  return panel.panels === undefined || panel.panels.length === 0 ? [panel] : panel.panels.flatMap(leaves);
}

/** `$name`, `${name}` and `${name:format}`. Throws when a variable is left that Prometheus would not know. */
function filled(expression: string, values: Readonly<Record<string, string>>): string {
  return expression.replaceAll(/\$(?:(\w+)|\{(\w+)(?::\w+)?\})/g, (text, plain, braced) => {
    const value = values[plain ?? braced];
    if (value === undefined) throw new Error(`There is no variable ${text} for ${expression}`);
    return value;
  });
}
