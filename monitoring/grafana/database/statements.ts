import { line, type Section } from "../frame.ts";
import { stackedBars, timeSeries } from "../panels.ts";
import { orNone, quantile, rate } from "../promql.ts";

/** What is asked of the databases, and how they take it. */
export function statements(): Section {
  return { title: "Statements", lines: [line(8, perSecond(), latency(), failed())] };
}

function perSecond() {
  return timeSeries({
    title: "Statements a second",
    description:
      "Statements run on each database. Good: the shape of the traffic; equal lists that are asked for at once share one. A rise without more requests: look at *Time by statement* for what is new.",
    unit: "ops",
    queries: [{ expr: `sum by (database) (${rate("db_queries_total")})`, legend: "{{database}}" }],
  });
}

function latency() {
  return timeSeries(
    {
      title: "Latency of statements",
      description:
        "Time of a statement, without the wait for a connection. Good: p50 around a millisecond, p99 under 100 ms, the dashed line. All rise together: the server is short of CPU or disk, or the wire is slow. p99 alone: one kind of statement, see *Slowest statements*.",
      unit: "s",
      queries: [0.5, 0.9, 0.99].map((q) => ({
        expr: quantile(q, "db_query_duration_seconds", ["database"]),
        legend: `{{database}} p${q * 100}`,
      })),
    },
    ["green", [0.1, "red"]],
  );
}

function failed() {
  const errors = `sum by (database, query) (${rate("db_queries_total", 'result="error"')})`;
  return stackedBars({
    title: "Failed statements",
    description:
      "Statements a second that failed, by name. Good: none. All names at once: the database is away or restarts. One name: its error is in the log. A few `create` or `change` under load may be deadlines of callers that left.",
    unit: "ops",
    queries: [{ expr: orNone(errors, "query", rate("db_queries_total")), legend: "{{database}} {{query}}" }],
  });
}
