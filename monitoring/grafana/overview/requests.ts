import { line, type Section } from "../frame.ts";
import { answered, burn, fast, fresh, traffic } from "../objectives.ts";
import { stackedBars, timeSeries } from "../panels.ts";
import { inHour, of, orNone, quantile, rate } from "../promql.ts";

/** What users ask, and what they get. */
export function requests(): Section {
  return {
    title: "Requests",
    lines: [line(9, perEndpoint(), latency()), line(8, errors(), budget()), line(8, slowEndpoints(), inFlight())],
  };
}

function perEndpoint() {
  return timeSeries({
    title: "Requests per endpoint",
    description:
      "Requests answered a second, by route; probes and scrapes aside. Good: the usual shape of the day. A sudden drop is as bad a sign as a peak: look at *Not ready* and at whatever stands before the services.",
    unit: "reqps",
    queries: [
      {
        expr: `sum by (role, method, endpoint) (${rate("http_requests_total", traffic)})`,
        legend: "{{role}} {{method}} {{endpoint}}",
      },
    ],
  });
}

function latency() {
  return timeSeries(
    {
      title: "Latency",
      description:
        "Time from a request's arrival to its answer: half of the requests are faster than p50, all but one in a hundred faster than p99. Good: p99 under 250 ms, the dashed line. If not: *Latency by endpoint (p99)* says which; then look at *CPU* (near 100 % of a core: add processes) and at the dashboard *Database*.",
      unit: "s",
      alerts: ["BlogApiSlow", "BlogGatewaySlow"],
      queries: [0.5, 0.9, 0.99].map((q) => ({
        expr: quantile(q, "http_request_duration_seconds", ["role"], traffic),
        legend: `{{role}} p${q * 100}`,
      })),
    },
    ["green", [0.25, "red"]],
  );
}

function errors() {
  const refused = `sum by (status) (${rate("http_requests_total", traffic, 'status=~"[45].."')})`;
  return stackedBars({
    title: "Errors by status",
    description:
      "Answers with 4xx and 5xx a second. Good: no 5xx. 4xx are the callers' doing: a few are normal, many 401 mean an expired token, 404 a broken link, 409 and 412 writers that meet, 422 a client that sends what is not valid, 499 callers that left before the answer. 503: something is not ready; 500: a fault of ours, its line in the log has the stack.",
    unit: "reqps",
    alerts: ["BlogApiErrors", "BlogGatewayErrors"],
    queries: [{ expr: orNone(refused, "status", rate("http_requests_total", traffic)), legend: "{{status}}" }],
  })
    .overrideByRegexp("/5../", [{ id: "color", value: { mode: "shades", fixedColor: "red" } }])
    .overrideByRegexp("/4../", [{ id: "color", value: { mode: "shades", fixedColor: "yellow" } }]);
}

function budget() {
  return timeSeries(
    {
      title: "Error budget burn",
      description:
        "How many times faster than allowed each promise's budget was used in the hour before: 99.9 % answered, 99 % within 250 ms, 99 % in DB2 within 5 s. Good: under 1. At 14.4 a month's budget is gone in two days: look now. At 6: today.",
      unit: "none",
      queries: [
        ...answered.map((objective) => ({ expr: burn(objective, inHour), legend: `${objective.of} answered` })),
        ...fast.map((objective) => ({ expr: burn(objective, inHour), legend: `${objective.of} in 250 ms` })),
        ...fresh.map((objective) => ({ expr: burn(objective, inHour), legend: `in ${objective.of} in 5 s` })),
      ],
    },
    ["green", [1, "yellow"], [6, "orange"], [14.4, "red"]],
  );
}

function slowEndpoints() {
  return timeSeries(
    {
      title: "Latency by endpoint (p99)",
      description:
        "All but one in a hundred requests of a route are faster. Good: under 250 ms, the dashed line. A slow list or search mostly waits for a statement: see *Slowest statements* in the dashboard *Database*.",
      unit: "s",
      queries: [
        {
          expr: quantile(0.99, "http_request_duration_seconds", ["role", "method", "endpoint"], traffic),
          legend: "{{role}} {{method}} {{endpoint}}",
        },
      ],
    },
    ["green", [0.25, "red"]],
  );
}

function inFlight() {
  return timeSeries({
    title: "Requests in flight",
    description:
      "Requests being answered at the moment of the scrape, which is one itself. Good: few, and back to few after a peak. If it climbs without end: answers wait for something; look at *Callers waiting for a connection* in the dashboard *Database* and, at the gateway, at *Calls under way*.",
    unit: "short",
    queries: [{ expr: of("http_requests_in_flight"), legend: "{{role}} {{instance}}" }],
  });
}
