import { line, type Section } from "../frame.ts";
import { stackedBars, states, timeSeries } from "../panels.ts";
import { increase, of, orNone, rate } from "../promql.ts";

/** What the gateway does when an upstream fails: try again, or leave it in peace. */
export function resilience(): Section {
  return {
    title: "Breakers and retries",
    lines: [line(7, breakers(), transitions()), line(8, retries(), retryShare(), refused())],
  };
}

function breakers() {
  return states(
    {
      title: "Breaker state",
      description:
        "Each gateway's circuit breakers. Good: closed. Open: half of the calls of 10 s failed, so none are made but a few probes. Half-open: the probes are on their way. If it flaps, the upstream is half alive: look at *Calls by result*.",
      unit: "none",
      alerts: ["BlogCircuitBreakerOpen"],
      queries: [{ expr: of("circuit_breaker_state"), legend: "{{upstream}} at {{role}} {{instance}}" }],
    },
    {
      0: { text: "closed", color: "green" },
      1: { text: "half-open", color: "yellow" },
      2: { text: "open", color: "red" },
    },
  );
}

function transitions() {
  return stackedBars({
    title: "Breaker changes",
    description:
      "Changes of the breakers' state, by the state they came to. Good: none. An opening with probes that fail (`half_open`, `open` in turns) is an upstream that stays away. Openings without an outage: calls that take over 2.5 s count as failed; see *Latency of calls*.",
    unit: "short",
    queries: [
      {
        expr: `sum by (upstream, state) (${increase("circuit_breaker_transitions_total")})`,
        legend: "{{upstream}} {{state}}",
      },
    ],
  });
}

function retries() {
  const tried = `sum by (upstream, reason) (${rate("upstream_retries_total")})`;
  return stackedBars({
    title: "Retries",
    description:
      "Attempts after the first, a second, by what the one before came to. Good: none, or a few while a process restarts. Many for minutes: users wait for them, although they get an answer; look at *Calls by result*.",
    unit: "ops",
    queries: [{ expr: orNone(tried, "reason", rate("upstream_requests_total")), legend: "{{upstream}} {{reason}}" }],
  });
}

function retryShare() {
  const calls = `sum(${rate("upstream_requests_total")})`;
  return timeSeries(
    {
      title: "Retry budget",
      description:
        "Retries for each call, and those that were not made since there had been too many. Good: 0. At 20 %, the dashed line, the budget is used up, so that retries do not keep down an upstream that is getting up.",
      unit: "percentunit",
      queries: [
        { expr: `(sum(${rate("upstream_retries_total")}) or 0 * ${calls}) / (${calls} > 0)`, legend: "made" },
        {
          expr: `(sum(${rate("upstream_retry_budget_exhausted_total")}) or 0 * ${calls}) / (${calls} > 0)`,
          legend: "not made",
        },
      ],
    },
    ["green", [0.2, "red"]],
  );
}

function refused() {
  const not_made = `sum by (upstream, reason) (${rate("upstream_refused_total")})`;
  return stackedBars({
    title: "Calls not made",
    description:
      "Attempts a second that the gateway did not even make. Good: none. `breaker_open`: see *Breaker state*. `bulkhead_full`: 64 calls were under way, and as many waited as may (128 for the API); the upstream is too slow for this load, so add processes of its role.",
    unit: "ops",
    queries: [{ expr: orNone(not_made, "reason", rate("upstream_requests_total")), legend: "{{upstream}} {{reason}}" }],
  });
}
