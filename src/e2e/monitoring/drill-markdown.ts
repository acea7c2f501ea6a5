import type { FiredAlert, Row, Span } from "./drill-report.ts";
import type { Phase } from "./phases.ts";

export interface DrillReport {
  readonly measured: Date;
  readonly prometheus_version: string;
  readonly minutes: number;
  readonly requests: number;
  readonly phases: readonly Phase[];
  readonly rows: readonly Row[];
  readonly alerts: readonly FiredAlert[];
}

/** The page that docs/dashboards.md holds. */
export function toMarkdown(report: DrillReport): string {
  const { measured, phases, rows, alerts, minutes, requests, prometheus_version } = report;
  const began_s = phases.at(0)?.start_s ?? 0;
  const panels = rows.filter(({ type }) => type !== "annotation");
  const dashboards = [...new Set(panels.map(({ dashboard }) => dashboard))];
  return [
    "# What the dashboards show",
    "",
    `Every query of every panel, with what it answered in a run of ${minutes} minutes on ${measured.toISOString().slice(0, 10)}: api, gateway and sync as processes on real PostgreSQL and Kafka, Prometheus ${prometheus_version} with the configuration of \`monitoring/prometheus\`, and ${requests.toLocaleString("en")} requests. \`bun run monitoring:drill --write\` makes this page anew.`,
    "",
    `Each cell has the least and the most of all series in that phase, – where there was no answer. ${phases.map((phase) => timeOf(phase, began_s)).join("; ")}.`,
    "",
    "## Alerts that fired",
    "",
    ...table(
      ["alert", "severity", "about", "from", "to"],
      alerts.map(({ name, severity, about, from_s, to_s }) => [name, severity, about, clock(from_s), clock(to_s)]),
    ),
    "",
    ...dashboards.flatMap((dashboard) => {
      const own = panels.filter((row) => row.dashboard === dashboard);
      return section(dashboard, own, phases);
    }),
    ...section("Annotations of every dashboard", onceEach(rows.filter(({ type }) => type === "annotation")), phases),
  ].join("\n");
}

function onceEach(rows: readonly Row[]): readonly Row[] {
  return [...new Map(rows.map((row) => [row.expression, row])).values()];
}

function section(title: string, rows: readonly Row[], phases: readonly Phase[]): readonly string[] {
  const names = phases.map(({ name }) => name);
  return [
    `## ${title}`,
    "",
    ...table(
      ["panel", "expression", "series", ...names],
      rows.map(({ panel, expression, unit, spans }) => [
        panel,
        `\`${readable(expression)}\``,
        String(Math.max(0, ...[...spans.values()].map((span) => span?.series ?? 0))),
        ...names.map((name) => cell(spans.get(name), unit)),
      ]),
    ),
    "",
  ];
}

function cell(span: Span | undefined, unit: string | undefined): string {
  if (span === undefined) return "–";
  const [least, most] = [format(span.least, unit), format(span.most, unit)];
  return least === most ? least : `${least} … ${most}`;
}

const suffixes: Readonly<Record<string, string>> = { reqps: "/s", ops: "/s", eps: "/s", s: " s", dtdurations: " s" };

/** In the panel's unit, to three digits. */
function format(value: number, unit = ""): string {
  if (unit === "percentunit") return `${digits(100 * value)} %`;
  if (unit === "s" && value !== 0 && value < 1) return `${digits(1000 * value)} ms`;
  if (unit === "bytes") return `${digits(value / 1_048_576)} MiB`;
  return `${digits(value)}${suffixes[unit] ?? ""}`;
}

function digits(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Number(value.toPrecision(3)).toLocaleString("en", { maximumSignificantDigits: 3, maximumFractionDigits: 6 });
}

/** Without what chooses every process. */
function readable(expression: string): string {
  return expression
    .replaceAll(/(role|instance)=~"\.\*",?/g, "")
    .replaceAll(/,\}/g, "}")
    .replaceAll("{}", "");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

function timeOf({ name, start_s, end_s }: Phase, began_s: number): string {
  return `*${name}*: ${clock(start_s - began_s)} to ${clock(end_s - began_s)}`;
}

function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
