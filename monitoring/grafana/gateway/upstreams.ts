import { line, type Section } from "../frame.ts";
import { stackedBars, timeSeries } from "../panels.ts";
import { of, quantile, rate } from "../promql.ts";

/** The calls to the API and to the replica. */
export function upstreams(): Section {
  return { title: "Upstreams", lines: [line(8, byResult(), byOperation()), line(8, latency(), slowOperations(), underWay())] };
}

function byResult() {
  return stackedBars({
    title: "Calls by result",
    description:
      "Calls a second to each upstream, by what they came to, retries counted as one. Good: `ok`; `not_found`, `conflict` and the like are answers too. `unavailable` and `timeout`: the upstream is away or too slow; is it ready? Calls to `replica` only while the API fails.",
    unit: "ops",
    queries: [{ expr: `sum by (upstream, result) (${rate("upstream_requests_total")})`, legend: "{{upstream}} {{result}}" }],
  });
}

function byOperation() {
  return stackedBars({
    title: "Calls by operation",
    description:
      "Calls a second to each upstream, by what was asked. Good: far fewer `get_many` than articles asked for, as the gateway gathers them. As many as operations: clients ask for one article at a time.",
    unit: "ops",
    queries: [
      { expr: `sum by (upstream, operation) (${rate("upstream_requests_total")})`, legend: "{{upstream}} {{operation}}" },
    ],
  });
}

function latency() {
  return timeSeries(
    {
      title: "Latency of calls",
      description:
        "Time of a call with its retries. Good: p99 under 250 ms, the dashed line. An attempt is given up after 2.5 s. If it is high: the same as *Latency* of the role api on the dashboard *Overview*? Else the wire between them.",
      unit: "s",
      queries: [0.5, 0.9, 0.99].map((q) => ({
        expr: quantile(q, "upstream_request_duration_seconds", ["upstream"]),
        legend: `{{upstream}} p${q * 100}`,
      })),
    },
    ["green", [0.25, "red"]],
  );
}

function slowOperations() {
  return timeSeries(
    {
      title: "Latency by operation (p99)",
      description:
        "All but one in a hundred calls of an operation are faster. Good: under 250 ms, the dashed line. A slow `list` or `search` mostly waits for a statement: see *Slowest statements* in the dashboard *Database*.",
      unit: "s",
      queries: [
        {
          expr: quantile(0.99, "upstream_request_duration_seconds", ["upstream", "operation"]),
          legend: "{{upstream}} {{operation}}",
        },
      ],
    },
    ["green", [0.25, "red"]],
  );
}

function underWay() {
  return timeSeries(
    {
      title: "Calls under way",
      description:
        "Attempts under way to each upstream, and those that wait for a place. Good: none wait. 64 under way, the dashed line, is the most at once; then up to 128 calls to the API wait, and what comes after that is refused: the upstream is too slow for this load.",
      unit: "short",
      queries: [{ expr: `sum by (upstream, state) (${of("upstream_calls")})`, legend: "{{upstream}} {{state}}" }],
    },
    ["green", [64, "red"]],
  );
}
