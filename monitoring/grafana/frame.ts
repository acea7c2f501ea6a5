import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import { inSight } from "./in-sight.ts";
import { panelId } from "./panel-id.ts";
import { datasource, type PanelBuilder } from "./panels.ts";

/** Panels side by side, each as wide as the others. */
export interface Line {
  /** In Grafana's units of 30 pixels. */
  readonly height: number;
  readonly panels: readonly PanelBuilder[];
}

export interface Section {
  readonly title: string;
  readonly lines: readonly Line[];
}

export interface Frame {
  /** Stands in links and bookmarks: it never changes. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** A metric of the processes that there is something to choose between, if there is. */
  readonly processes?: string;
  readonly sections: readonly Section[];
}

/** Dashboards with this tag link to each other. */
const tag = "blog";
const grid_columns = 24;

export function line(height: number, ...panels: readonly PanelBuilder[]): Line {
  return { height, panels };
}

/** A dashboard of these sections, with variables, annotations and links as all have them. */
export function framed({ uid, title, description, processes, sections }: Frame): dashboard.Dashboard {
  // The SDK would rather make the newer schema, but Grafana reads from files what has this one.
  const builder = new dashboard.DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([tag])
    .editable()
    .timezone("browser")
    .time({ from: "now-1h", to: "now" })
    .refresh("30s")
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .variables(processes === undefined ? [] : variablesOf(processes))
    .annotations([inSight(deploys), inSight(breakerOpenings)])
    .links([inSight(otherDashboards)]);
  place(builder, sections);
  return builder.build();
}

function place(builder: dashboard.DashboardBuilder, sections: readonly Section[]): void {
  let y = 0;
  for (const { title, lines } of sections) {
    builder.withRow(new dashboard.RowBuilder(title).id(panelId(title)).gridPos({ x: 0, y: y++, w: grid_columns, h: 1 }));
    for (const { height, panels } of lines) {
      const width = Math.floor(grid_columns / panels.length);
      for (const [index, panel] of panels.entries()) {
        const { title: named = "" } = panel.build();
        builder.withPanel(panel.id(panelId(named)).gridPos({ x: index * width, y, w: width, h: height }));
      }
      y += height;
    }
  }
}

function variablesOf(processes: string): dashboard.QueryVariableBuilder[] {
  return [
    variable("role", "Role", `label_values(${processes}, role)`),
    variable("instance", "Instance", `label_values(${processes}{role=~"$role"}, instance)`),
  ];
}

function variable(name: string, label: string, query: string): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query(query)
    .definition(query)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(".*")
    .current({ selected: true, text: ["All"], value: ["$__all"] });
}

/** A build that was not there a step before. Five minutes are looked back over, so that a restart is no deploy. */
const deploys = annotation("Deploys", "blue", {
  expr:
    "count by (role, version, commit) (build_info)" +
    " unless on (role, version, commit) last_over_time(build_info[5m] offset $__interval)",
  title: "{{role}}: build {{version}}",
  text: "Commit {{commit}}",
});

/** From where it opens to where it closes; an opening between two scrapes is told by its counter. */
const breakerOpenings = annotation("Breaker openings", "red", {
  expr:
    "max by (upstream) (circuit_breaker_state) == 2" +
    ' or sum by (upstream) (increase(circuit_breaker_transitions_total{state="open"}[$__rate_interval])) > 0',
  title: "Breaker of {{upstream}} open",
  text: "The gateway makes no calls to {{upstream}}",
});

interface Marks {
  readonly expr: string;
  readonly title: string;
  readonly text: string;
}

function annotation(name: string, color: string, { expr, title, text }: Marks): dashboard.AnnotationQueryBuilder {
  return new dashboard.AnnotationQueryBuilder()
    .name(name)
    .datasource(datasource)
    .enable(true)
    .iconColor(color)
    .titleFormat(title)
    .textFormat(text)
    .target(new prometheus.DataqueryBuilder().datasource(datasource).expr(expr).interval("15s").refId("Anno").range());
}

const otherDashboards = new dashboard.DashboardLinkBuilder("blog")
  .type(dashboard.DashboardLinkType.Dashboards)
  .tags([tag])
  .icon("external link")
  .asDropdown(false)
  .includeVars(false)
  .keepTime(true);
