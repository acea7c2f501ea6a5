import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import * as common from "@grafana/grafana-foundation-sdk/common";
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as heatmap from "@grafana/grafana-foundation-sdk/heatmap";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as statetimeline from "@grafana/grafana-foundation-sdk/statetimeline";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";
import { inSight } from "./in-sight.ts";
import { pageUrl } from "./runbooks/pages.ts";

/** The one that `provisioning/datasources` makes. */
export const datasource = { type: "prometheus", uid: "prometheus" };

/** `legend` names a series by its labels: `{{role}} p99`. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

/** What every panel has to say. */
export interface PanelText {
  readonly title: string;
  /** What is good, and what to do when it is not. */
  readonly description: string;
  /** One of Grafana's: `s`, `reqps`, `percentunit` … */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** Whose pages in the runbook belong to it. */
  readonly alerts?: readonly string[];
}

type Color = "green" | "yellow" | "orange" | "red" | "blue" | "text";

/** The colour at first, and those from a value upwards. */
export type Limits = readonly [Color, ...(readonly [from: number, color: Color])[]];

/** What the SDK's builders of panels share, though it does not say so. */
export interface PanelBuilder extends Builder<dashboard.Panel> {
  id(id: number): this;
  gridPos(position: dashboard.GridPos): this;
  title(title: string): this;
  description(description: string): this;
  datasource(datasource: common.DataSourceRef): this;
  unit(unit: string): this;
  links(links: Builder<dashboard.DashboardLink>[]): this;
  withTarget(target: Builder<Dataquery>): this;
  thresholds(thresholds: Builder<dashboard.ThresholdsConfig>): this;
}

/** A line for each series, over time; `limits` are drawn as dashed lines. */
export function timeSeries(text: PanelText, limits?: Limits): timeseries.PanelBuilder {
  const legend = new common.VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(common.LegendDisplayMode.Table)
    .placement(common.LegendPlacement.Bottom)
    .calcs(["mean", "max", "lastNotNull"]);
  const tooltip = new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending);
  const panel = told(new timeseries.PanelBuilder(), text, range)
    .legend(legend)
    .tooltip(tooltip)
    .lineWidth(1)
    .fillOpacity(8)
    .showPoints(common.VisibilityMode.Never)
    .axisSoftMin(0);
  if (limits === undefined) return panel;
  const dashed = new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed);
  return panel.thresholds(steps(limits)).thresholdsStyle(dashed);
}

/** As `timeSeries`, in bars on top of each other: for parts of a whole, and for what is counted. */
export function stackedBars(text: PanelText): timeseries.PanelBuilder {
  return timeSeries(text)
    .drawStyle(common.GraphDrawStyle.Bars)
    .fillOpacity(70)
    .lineWidth(0)
    .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group("A"));
}

/** The value now, large, in the colour of its limits. `words` are shown in place of some values. */
export function bigNumber(text: PanelText, limits: Limits, words: Readonly<Record<string, string>> = {}): stat.PanelBuilder {
  return told(new stat.PanelBuilder(), text, instant)
    .thresholds(steps(limits))
    .mappings(mapped(Object.entries(words).map(([value, word]) => [value, { text: word }])))
    .colorMode(common.BigValueColorMode.Background)
    .graphMode(common.BigValueGraphMode.None)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false));
}

/** A band for each series, coloured by its state; `states` names them by value. */
export function states(
  text: PanelText,
  states: Readonly<Record<string, { readonly text: string; readonly color: string }>>,
): statetimeline.PanelBuilder {
  return told(new statetimeline.PanelBuilder(), text, range)
    .mappings(mapped(Object.entries(states)))
    .thresholds(steps(["green"]))
    .mergeValues(true)
    .showValue(common.VisibilityMode.Auto)
    .rowHeight(0.8)
    .fillOpacity(70)
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .calcs([]),
    );
}

/** A histogram's buckets over time: the darker, the more observations. The query gives a series for each `le`. */
export function heatMap(text: PanelText): heatmap.PanelBuilder {
  const asBuckets = (query: Query) => range(query).format(prometheus.PromQueryFormat.Heatmap);
  return told(new heatmap.PanelBuilder(), text, asBuckets)
    .calculate(false)
    .maxDataPoints(80)
    .cellGap(1)
    .yAxis(new heatmap.YAxisConfigBuilder().unit(text.unit))
    .color(
      new heatmap.HeatmapColorOptionsBuilder()
        .mode(heatmap.HeatmapColorMode.Scheme)
        .scheme("Oranges")
        .scale(heatmap.HeatmapColorScale.Exponential)
        .exponent(0.5)
        .steps(64),
    )
    .showLegend();
}

/** A query whose answer at the end of the range is a table: a row for each series, a column for each label. */
export function tableQuery(query: Query): prometheus.DataqueryBuilder {
  return instant(query).format(prometheus.PromQueryFormat.Table);
}

/** Fills in what all panels have. */
export function told<Kind extends PanelBuilder>(
  panel: Kind,
  { title, description, unit, queries, alerts = [] }: PanelText,
  toTarget: (query: Query) => prometheus.DataqueryBuilder,
): Kind {
  panel.title(title).description(description).unit(unit).datasource(datasource).links(alerts.map(linkToPage));
  for (const [index, query] of queries.entries()) panel.withTarget(toTarget(query).refId(String.fromCharCode(65 + index)));
  return panel;
}

export function steps([first, ...above]: Limits): dashboard.ThresholdsConfigBuilder {
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps([{ value: null, color: first }, ...above.map(([value, color]) => ({ value, color }))]);
}

function linkToPage(alert: string): Builder<dashboard.DashboardLink> {
  const link = new dashboard.DashboardLinkBuilder(`Runbook: ${alert}`).type(dashboard.DashboardLinkType.Link);
  return inSight(link.url(pageUrl(alert)));
}

function range({ expr, legend }: Query): prometheus.DataqueryBuilder {
  return new prometheus.DataqueryBuilder().datasource(datasource).expr(expr).legendFormat(legend).range();
}

function instant({ expr, legend }: Query): prometheus.DataqueryBuilder {
  return new prometheus.DataqueryBuilder().datasource(datasource).expr(expr).legendFormat(legend).instant();
}

function mapped(values: readonly (readonly [string, dashboard.ValueMappingResult])[]): dashboard.ValueMapping[] {
  return values.length === 0 ? [] : [{ type: dashboard.MappingType.ValueToText, options: Object.fromEntries(values) }];
}
