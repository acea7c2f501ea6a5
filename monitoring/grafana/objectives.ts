import type { Over } from "./promql.ts";

/** Requests of people and programs: probes and scrapes would drown them, and a 503 to a probe is an answer, not a failure. */
export const traffic = 'endpoint!~"/metrics|/api/v1/health.*"';

/** A promise: what share of events has to be good, and what share was not. As in `monitoring/prometheus/recording-rules.yml`. */
export interface Objective {
  readonly of: string;
  readonly share: number;
  bad(over: Over): string;
}

// A process of all roles answers GraphQL as well.
const api = ['role=~"api|all"', 'endpoint!="/graphql"'];
// Whoever tries a thousand paths that do not exist must not make failures look rare; a role that is still starting knows no path.
const known = 'endpoint!~"/metrics|/api/v1/health.*|unknown"';
const lost = ['endpoint="unknown"', 'status=~"5.."'];

export const answered: readonly [Objective, Objective] = [
  {
    of: "API",
    share: 0.999,
    bad: (over) =>
      `(sum(${over("http_requests_total", ...api, traffic, 'status=~"5.."')}) or vector(0))` +
      ` / (sum(${over("http_requests_total", ...api, known)} or ${over("http_requests_total", ...api, ...lost)}) > 0)`,
  },
  {
    of: "gateway",
    share: 0.999,
    // GraphQL answers 200 also when an operation fails; what never became an operation fails by its status.
    bad: (over) =>
      `sum(${over("graphql_operations_total", 'result="failed"')} or ${over("http_requests_total", 'endpoint="/graphql"', 'status=~"5.."')})` +
      ` / (sum(${over("graphql_operations_total")} or ${over("http_requests_total", 'endpoint="/graphql"', 'status=~"5.."')}) > 0)`,
  },
];

/** Within 250 ms. */
export const fast: readonly [Objective, Objective] = [
  { of: "API", share: 0.99, bad: (over) => slow(over, ...api, known) },
  { of: "gateway", share: 0.99, bad: (over) => slow(over, 'endpoint="/graphql"') },
];

function slow(over: Over, ...matchers: readonly string[]): string {
  const within = `sum(${over("http_request_duration_seconds_bucket", ...matchers, 'le="0.25"')})`;
  return `1 - ${within} / (sum(${over("http_request_duration_seconds_count", ...matchers)}) > 0)`;
}

/** In DB2 within 5 s; Prometheus 3 writes that bucket as 5.0. */
export const fresh: readonly [Objective] = [
  {
    of: "DB2",
    share: 0.99,
    bad: (over) => `1 - sum(${over("sync_lag_seconds_bucket", 'le=~"5|5.0"')}) / (sum(${over("sync_lag_seconds_count")}) > 0)`,
  },
];

/** How many times faster than allowed the error budget is used: at 1 it lasts exactly as long as the promise is given for. */
export function burn({ share, bad }: Objective, over: Over): string {
  return `(${bad(over)}) / ${(1 - share).toFixed(3)}`;
}
