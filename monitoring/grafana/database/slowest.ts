import { TableSortByFieldStateBuilder } from "@grafana/grafana-foundation-sdk/common";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { line, type Section } from "../frame.ts";
import { type Query, stackedBars, tableQuery, timeSeries, told } from "../panels.ts";
import { inRange, quantile, rate } from "../promql.ts";

/** Which statements it is that take the time. */
export function slowest(): Section {
  return { title: "Slowest", lines: [line(9, timeByStatement(), slowestOverTime()), line(12, slowestTable())] };
}

const by = "database, query";

function timeByStatement() {
  return stackedBars({
    title: "Time by statement",
    description:
      "The ten statements that occupy the databases most: at 100 % one connection is always busy with it. Good: `outbox_take` and what users ask for. What is large here is worth making faster, also when a single one is quick.",
    unit: "percentunit",
    queries: [{ expr: `topk(10, sum by (${by}) (${rate("db_query_duration_seconds_sum")}))`, legend: "{{database}} {{query}}" }],
  });
}

function slowestOverTime() {
  return timeSeries({
    title: "Slowest statements over time (p99)",
    description:
      "The ten statements with the highest p99. Good: under 100 ms but for `search` and lists with rare filters. A sudden rise of one: has its plan changed? `ANALYZE articles`, then EXPLAIN. Of all: the server.",
    unit: "s",
    queries: [
      {
        expr: `topk(10, ${quantile(0.99, "db_query_duration_seconds", ["database", "query"])})`,
        legend: "{{database}} {{query}}",
      },
    ],
  });
}

interface Column extends Query {
  readonly unit: string;
}

const total = `sum by (${by}) (${inRange("db_query_duration_seconds_sum")})`;
const runs = `sum by (${by}) (${inRange("db_query_duration_seconds_count")})`;
const tail = (q: number) =>
  `histogram_quantile(${q}, sum by (${by}, le) (${inRange("db_query_duration_seconds_bucket")})) and ${runs} > 0`;

/** All of the time that the dashboard shows; what did not run then has no row. */
const columns: readonly Column[] = [
  { legend: "p99", expr: tail(0.99), unit: "s" },
  { legend: "p50", expr: tail(0.5), unit: "s" },
  { legend: "mean", expr: `${total} / (${runs} > 0)`, unit: "s" },
  { legend: "runs", expr: `${runs} > 0`, unit: "short" },
  { legend: "time in all", expr: `${total} > 0`, unit: "s" },
];

function slowestTable() {
  const table = told(
    new TableBuilder(),
    {
      title: "Slowest statements",
      description:
        "Every statement that ran in the time shown, the slowest first; a click on a column sorts by it. The names are those in src/store and src/replication. Good: a p99 under 100 ms. Worth a look is what is high in *time in all*: there is the most to gain.",
      unit: "s",
      queries: columns,
    },
    tableQuery,
  );
  for (const { legend, unit } of columns) table.overrideByName(legend, [{ id: "unit", value: unit }]);
  return table
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({ id: "organize", options: { excludeByName: { Time: true }, renameByName: namesByQuery() } })
    .sortBy([new TableSortByFieldStateBuilder().displayName("p99").desc(true)]);
}

/** Grafana calls the values of query A `Value #A`. */
function namesByQuery(): Record<string, string> {
  return Object.fromEntries(columns.map(({ legend }, index) => [`Value #${String.fromCharCode(65 + index)}`, legend]));
}
