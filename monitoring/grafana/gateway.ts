import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { framed } from "./frame.ts";
import { operations } from "./gateway/operations.ts";
import { resilience } from "./gateway/resilience.ts";
import { upstreams } from "./gateway/upstreams.ts";

export function gateway(): Dashboard {
  return framed({
    uid: "blog-gateway",
    title: "Blog / Gateway",
    description:
      "GraphQL operations, the calls to the API and to the replica behind them, and what the gateway does when those fail.",
    processes: "circuit_breaker_state",
    sections: [operations(), resilience(), upstreams()],
  });
}
