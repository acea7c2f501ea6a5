import { line, type Section } from "../frame.ts";
import { bigNumber, stackedBars, timeSeries } from "../panels.ts";
import { inRange, of, quantile, rate } from "../promql.ts";

const graphql = 'endpoint="/graphql"';

/** What clients ask of the gateway, and what they get. */
export function operations(): Section {
  return {
    title: "GraphQL",
    lines: [line(4, rateNow(), failedShare(), staleShare(), breakers()), line(8, byResult(), latency(), stale())],
  };
}

function rateNow() {
  return bigNumber(
    {
      title: "Operations a second",
      description:
        "GraphQL operations answered a second, of the last minute or so. Good: the usual of this time of day. None at all: is the gateway reached? `curl …/api/v1/health/ready` from where the clients are.",
      unit: "ops",
      queries: [{ expr: `sum(${rate("graphql_operations_total")})`, legend: "operations" }],
    },
    ["blue"],
  );
}

function failedShare() {
  const all = `sum(${inRange("graphql_operations_total")})`;
  return bigNumber(
    {
      title: "Failed by our fault",
      description:
        "Share of the operations of the time shown with an error that the caller could have done nothing about. Good: under 0.1 %. If not: *Calls by result* below says which upstream fails, and how.",
      unit: "percentunit",
      alerts: ["BlogGatewayErrors"],
      queries: [{ expr: `sum(${inRange("graphql_operations_total", 'result="failed"')}) / (${all} > 0)`, legend: "failed" }],
    },
    ["green", [0.001, "red"]],
  ).decimals(2);
}

function staleShare() {
  const reads = `sum(${inRange("upstream_requests_total", 'upstream="api"', 'operation=~"get_many|list|search"')})`;
  return bigNumber(
    {
      title: "Stale reads",
      description:
        "Share of the reads of the time shown that turned to the replica, since the API could not answer. Good: none. If any: users saw articles, though perhaps old ones. *Stale answers* says when and why; then look at the API.",
      unit: "percentunit",
      queries: [{ expr: `sum(${inRange("graphql_stale_reads_total")}) / (${reads} > 0)`, legend: "stale" }],
    },
    ["green", [0.0001, "yellow"], [0.01, "red"]],
  ).decimals(2);
}

function breakers() {
  return bigNumber(
    {
      title: "Breakers open",
      description:
        "Circuit breakers that are not closed. Good: none. While the API's is open, reads come from the replica and writes fail at once; it is tried again every few seconds, and closes within 5 s of the API's return.",
      unit: "none",
      alerts: ["BlogCircuitBreakerOpen"],
      queries: [{ expr: `count(${of("circuit_breaker_state")} > 0) or vector(0)`, legend: "open" }],
    },
    ["green", [1, "red"]],
    { 0: "all closed" },
  );
}

function byResult() {
  return stackedBars({
    title: "Operations",
    description:
      "GraphQL operations a second, by type and result. Good: `ok`. `failed`: by our fault. `partial` and `error`: the caller asked for what is not there, or not allowed. `refused`: not executed, since too large, too deep, malformed or not on the list.",
    unit: "ops",
    queries: [
      {
        expr: `sum by (operation_type, result) (${rate("graphql_operations_total")})`,
        legend: "{{operation_type}} {{result}}",
      },
    ],
  });
}

function latency() {
  return timeSeries(
    {
      title: "Latency",
      description:
        "Time from a GraphQL request's arrival to its answer. Good: p99 under 250 ms, the dashed line. If not: *Latency of calls* tells a slow API from a busy gateway, whose *CPU* and *Event loop lag (p99)* are on the dashboard *Overview*.",
      unit: "s",
      alerts: ["BlogGatewaySlow"],
      queries: [0.5, 0.9, 0.99].map((q) => ({
        expr: quantile(q, "http_request_duration_seconds", [], graphql),
        legend: `p${q * 100}`,
      })),
    },
    ["green", [0.25, "red"]],
  );
}

function stale() {
  return stackedBars({
    title: "Stale answers",
    description:
      "Reads a second that turned to the replica, by why the API could not answer. Good: none. `breaker_open`: the API has failed for a while. `timeout`, `unavailable`: this call did. `bulkhead_full`: more calls than the API is given at once. `rate_limited`: it asked for peace.",
    unit: "ops",
    queries: [{ expr: `sum by (reason) (${rate("graphql_stale_reads_total")})`, legend: "{{reason}}" }],
  });
}
