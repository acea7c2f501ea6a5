import type { PrometheusApi, Series } from "../../testing/prometheus/api.ts";
import type { PanelQuery } from "../../testing/prometheus/panels.ts";
import type { Phase } from "./phases.ts";

/** What a query answered in one phase. */
export interface Span {
  readonly series: number;
  readonly least: number;
  readonly most: number;
}

export interface Row extends PanelQuery {
  /** By phase; undefined where there was no answer. */
  readonly spans: ReadonlyMap<string, Span | undefined>;
}

export interface FiredAlert {
  readonly name: string;
  readonly severity: string;
  /** What else tells it from its like. */
  readonly about: string;
  /** Seconds of the run. */
  readonly from_s: number;
  readonly to_s: number;
}

/** Every query over every phase, at `step_s`. */
export async function askPanels(
  prometheus: PrometheusApi,
  queries: readonly PanelQuery[],
  phases: readonly Phase[],
  step_s: number,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const query of queries) {
    const spans = new Map<string, Span | undefined>();
    for (const { name, start_s, end_s } of phases) {
      spans.set(name, spanOf(await prometheus.queryRange(query.expression, { start_s, end_s, step_s })));
    }
    rows.push({ ...query, spans });
  }
  return rows;
}

function spanOf(answer: readonly Series[]): Span | undefined {
  const values = answer.flatMap(({ points }) => points.map(({ value }) => value)).filter((value) => !Number.isNaN(value));
  if (values.length === 0) return undefined;
  return { series: answer.length, least: Math.min(...values), most: Math.max(...values) };
}

/** The alerts that fired between the first phase and the last, the earliest first. */
export async function askAlerts(prometheus: PrometheusApi, phases: readonly Phase[]): Promise<readonly FiredAlert[]> {
  const start_s = phases.at(0)?.start_s ?? 0;
  const end_s = phases.at(-1)?.end_s ?? start_s;
  const firing = await prometheus.queryRange('ALERTS{alertstate="firing"}', { start_s, end_s, step_s: 5 });
  const fired = firing.map(({ labels, points }) => ({
    name: labels["alertname"] ?? "",
    severity: labels["severity"] ?? "",
    about: labels["slo"] ?? labels["reason"] ?? labels["upstream"] ?? labels["role"] ?? "",
    from_s: (points.at(0)?.at_s ?? 0) - start_s,
    to_s: (points.at(-1)?.at_s ?? 0) - start_s,
  }));
  return fired.toSorted((a, b) => a.from_s - b.from_s);
}
