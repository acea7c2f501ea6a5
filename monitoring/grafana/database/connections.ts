import { line, type Section } from "../frame.ts";
import { bigNumber, stackedBars, timeSeries } from "../panels.ts";
import { inRange, of } from "../promql.ts";

/** The pools of connections. */
export function connections(): Section {
  return { title: "Connections", lines: [line(4, used(), waitingNow(), failed(), articles()), line(8, pool(), waiting())] };
}

function used() {
  return bigNumber(
    {
      title: "Connections in use",
      description:
        "Connections that run a statement at the moment of the scrape, by database. Good: well below `DB1_POOL_MAX` or `DB2_POOL_MAX` times the number of processes. All in use: see *Callers waiting for a connection*.",
      unit: "short",
      queries: [{ expr: `sum by (database) (${of("db_pool_connections", 'state="used"')})`, legend: "{{database}}" }],
    },
    ["blue"],
  );
}

function waitingNow() {
  return bigNumber(
    {
      title: "Waiting for a connection",
      description:
        "Callers that wait since all connections are in use. Good: none. If it stays: *Slowest statements* tells what holds them; if none is slow, raise the pool's maximum, as long as PostgreSQL's `max_connections` allows it.",
      unit: "short",
      queries: [{ expr: `sum(${of("db_pool_connections", 'state="waiting"')})`, legend: "waiting" }],
    },
    ["green", [1, "yellow"], [20, "red"]],
    { 0: "none" },
  );
}

function failed() {
  return bigNumber(
    {
      title: "Statements that failed",
      description:
        "Statements of the time shown that failed. Good: none. If any: *Failed statements* below says which; the log has PostgreSQL's words.",
      unit: "short",
      queries: [{ expr: `round(sum(${inRange("db_queries_total", 'result="error"')})) or vector(0)`, legend: "failed" }],
    },
    ["green", [1, "yellow"], [100, "red"]],
    { 0: "none" },
  );
}

function articles() {
  return bigNumber(
    {
      title: "Articles",
      description:
        "Articles of any status in each database. Good: both alike, but for what is on its way. If they stay apart: `blog verify` names every article that differs.",
      unit: "short",
      queries: [{ expr: `sum by (database) (max by (database, status) (${of("articles_total")}))`, legend: "{{database}}" }],
    },
    ["blue"],
  );
}

function pool() {
  return stackedBars({
    title: "Pool",
    description:
      "Connections of all processes, by database and state. Good: some are idle. None idle for minutes: statements are slow, or the pool is small. All gone: the database is away; `blog health` shows the error.",
    unit: "short",
    queries: [
      {
        expr: `sum by (database, state) (${of("db_pool_connections", 'state!="waiting"')})`,
        legend: "{{database}} {{state}}",
      },
    ],
  }).decimals(0);
}

function waiting() {
  return timeSeries({
    title: "Callers waiting for a connection",
    description:
      "Callers that wait since all connections of their process are in use. Good: none, or a short peak. If it stays: requests wait so much longer; see *Time by statement* for what occupies the connections.",
    unit: "short",
    queries: [{ expr: of("db_pool_connections", 'state="waiting"'), legend: "{{database}} at {{role}} {{instance}}" }],
  }).decimals(0);
}
