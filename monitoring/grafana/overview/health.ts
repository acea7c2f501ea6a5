import { firingAlerts } from "../firing-alerts.ts";
import { line, type Section } from "../frame.ts";
import { answered, fast, fresh, type Objective } from "../objectives.ts";
import { bigNumber, type PanelText } from "../panels.ts";
import { inRange, of } from "../promql.ts";

/** Is all there, are the promises kept, and does anything lie about that should not: one number each. */
export function health(): Section {
  const promises = [
    kept(answered, {
      title: "Answered",
      description:
        "Share of the requests of the time shown that were answered, not with a 5xx nor with a GraphQL error that is our fault; probes aside. Good: 99.9 % or more. If not: *Errors by status* says since when and which; each has a line in the log with level `warn` or above.",
      alerts: ["BlogApiErrors", "BlogGatewayErrors"],
    }),
    kept(fast, {
      title: "Answered in 250 ms",
      description:
        "Share of the requests of the time shown that were answered within 250 ms. Good: 99 % or more. If not: *Latency by endpoint (p99)* says which, and the dashboard *Database* which statement.",
      alerts: ["BlogApiSlow", "BlogGatewaySlow"],
    }),
    kept(fresh, {
      title: "In DB2 in 5 s",
      description:
        "Share of the events applied in the time shown that were in DB2 within 5 s of their commit in DB1. Good: 99 % or more. If not: the dashboard *Replication* shows where they wait.",
      alerts: ["BlogReplicaNotFresh"],
    }),
  ];
  return {
    title: "Is it healthy?",
    lines: [line(5, notReady(), ...promises, behind(), outbox(), deadLetters(), breakers()), line(5, firingAlerts())],
  };
}

function kept(objectives: readonly [Objective, ...Objective[]], text: Omit<PanelText, "unit" | "queries">) {
  const queries = objectives.map(({ of: service, bad }) => ({ expr: `1 - (${bad(inRange)})`, legend: service }));
  return bigNumber({ ...text, unit: "percentunit", queries }, ["red", [objectives[0].share, "green"]]).decimals(2);
}

function notReady() {
  const unreached = `(count(${of("up", 'role!=""')} == 0) or vector(0))`;
  const gone = `(count(count by (role) (last_over_time(${of("up", 'role!=""')}[1h])) unless count by (role) (${of("up")})) or vector(0))`;
  const refusing = `(count(${of("service_ready")} == 0) or vector(0))`;
  return bigNumber(
    {
      title: "Not ready",
      description:
        "Processes that Prometheus does not reach, roles that were there within the hour and have no process now, and roles that answer 503 to /api/v1/health/ready. Good: none. If not: *Health checks* below names what is down, and `blog health --url=…` says why.",
      unit: "none",
      alerts: ["BlogRoleDown", "BlogInstanceDown"],
      queries: [{ expr: `${unreached} + ${gone} + ${refusing}`, legend: "not ready" }],
    },
    ["green", [1, "red"]],
    { 0: "all ready" },
  );
}

function behind() {
  return bigNumber(
    {
      title: "DB2 behind DB1",
      description:
        "Age of the oldest event that DB2 does not have yet. Good: under a second or two; 0 when it has them all. If it grows: is sync ready, and does DB2 answer? See the dashboard *Replication*.",
      unit: "s",
      alerts: ["BlogSyncStalled"],
      queries: [{ expr: `max(${of("replica_lag_seconds")})`, legend: "behind" }],
    },
    ["green", [5, "yellow"], [30, "red"]],
  );
}

function outbox() {
  return bigNumber(
    {
      title: "Outbox waits",
      description:
        "Age of the oldest event in DB1 that Kafka has not taken. Good: under a second. If it grows: Kafka is away or takes nothing; writes go on and nothing is lost. See *Kafka connection* in docs/operations.md.",
      unit: "s",
      alerts: ["BlogOutboxGrowing"],
      queries: [{ expr: `max(${of("outbox_oldest_age_seconds")})`, legend: "oldest" }],
    },
    ["green", [5, "yellow"], [60, "red"]],
  );
}

function deadLetters() {
  return bigNumber(
    {
      title: "Dead letters",
      description:
        "Events given up on in the time shown. Good: none. If any: `blog dlq list` names them with their reasons; mend the cause, then `blog dlq replay --all`.",
      unit: "none",
      alerts: ["BlogDeadLettersArriving"],
      queries: [{ expr: `round(sum(${inRange("dead_letters_total")}))`, legend: "dead letters" }],
    },
    ["green", [1, "red"]],
    { 0: "none" },
  );
}

function breakers() {
  return bigNumber(
    {
      title: "Breakers open",
      description:
        "Circuit breakers of gateways that are not closed. Good: none. While the API's is open, reads come from the replica and are marked stale, and writes fail at once. See the dashboard *Gateway*.",
      unit: "none",
      alerts: ["BlogCircuitBreakerOpen"],
      queries: [{ expr: `count(${of("circuit_breaker_state")} > 0) or vector(0)`, legend: "open" }],
    },
    ["green", [1, "red"]],
    { 0: "all closed" },
  );
}
