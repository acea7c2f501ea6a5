import type { Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import type { Dashboard, Panel, RowPanel } from "@grafana/grafana-foundation-sdk/dashboard";

export interface PanelQuery {
  readonly panel: string;
  readonly expr: string;
  readonly legend: string;
}

/** The panels of a dashboard, without the rows between them. */
export function panelsOf({ panels = [] }: Dashboard): readonly Panel[] {
  return panels.filter((panel): panel is Panel => !isRow(panel));
}

/** What each panel asks Prometheus, with the dashboard's variables still in it. */
export function queriesOf(dashboard: Dashboard): readonly PanelQuery[] {
  return panelsOf(dashboard).flatMap(({ title = "", targets = [] }) =>
    targets.map((target) => ({ panel: title, ...textsOf(target) })),
  );
}

/** The expressions behind the marks on the time axis. */
export function annotationExpressionsOf({ annotations }: Dashboard): readonly string[] {
  return (annotations.list ?? []).flatMap(({ target }) => (target ? [textsOf(target).expr] : []));
}

export interface VariableValues {
  /** Between two points of a graph. */
  readonly interval?: string;
  /** What Grafana computes rates over: four scrapes or more. */
  readonly rate_interval: string;
  /** The time that the dashboard shows. */
  readonly range: string;
}

/** `expr` as Prometheus gets it, with all roles and instances chosen. */
export function withVariables(expr: string, { interval = "15s", rate_interval, range }: VariableValues): string {
  return expr
    .replaceAll("$__rate_interval", rate_interval)
    .replaceAll("$__range", range)
    .replaceAll("$__interval", interval)
    .replaceAll("$role", ".*")
    .replaceAll("$instance", ".*");
}

function isRow(panel: Panel | RowPanel): panel is RowPanel {
  return panel.type === "row";
}

/** The SDK's type of a panel's queries does not say which data source they are for; ours are all for Prometheus. */
function textsOf(query: Dataquery): { readonly expr: string; readonly legend: string } {
  const expr = "expr" in query && typeof query.expr === "string" ? query.expr : "";
  const legend = "legendFormat" in query && typeof query.legendFormat === "string" ? query.legendFormat : "";
  return { expr, legend };
}
