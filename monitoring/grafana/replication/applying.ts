import { line, type Section } from "../frame.ts";
import { stackedBars, timeSeries } from "../panels.ts";
import { increase, of, quantile, rate } from "../promql.ts";

/** From Kafka into DB2. */
export function applying(): Section {
  return {
    title: "Kafka → DB2",
    lines: [line(8, consumed(), batchSize(), batchTime()), line(8, deadLetters(), articles(), gap())],
  };
}

function consumed() {
  return stackedBars({
    title: "Consumed by result",
    description:
      "Events a second that sync has dealt with. Good: `applied`. `stale`: DB2 was as new already; many of them come after a restart, a rebalance or during `blog resync`, and do no harm. `dead_letter`: see *Dead letters by reason*.",
    unit: "eps",
    queries: [{ expr: `sum by (result) (${rate("kafka_messages_consumed_total")})`, legend: "{{result}}" }],
  });
}

function batchSize() {
  return timeSeries({
    title: "Events of a batch",
    description:
      "Events that DB2 was given in one statement; at most 500. Good: a few while little is written; large ones while it catches up, which is how it gets fast. Small ones while events wait: a batch is slow, see *Time of a batch*.",
    unit: "short",
    queries: [0.5, 0.9, 0.99].map((q) => ({ expr: quantile(q, "sync_batch_events", []), legend: `p${q * 100}` })),
  });
}

function batchTime() {
  return timeSeries(
    {
      title: "Time of a batch",
      description:
        "Time until all events of a batch were in DB2, with all waits for it. Good: p99 under 250 ms. If not: `merge_events` in the dashboard *Database* says whether DB2 is slow; if it is not, DB2 was away, or the pool of connections is too small (`DB2_POOL_MAX`).",
      unit: "s",
      queries: [0.5, 0.9, 0.99].map((q) => ({
        expr: quantile(q, "sync_batch_duration_seconds", []),
        legend: `p${q * 100}`,
      })),
    },
    ["green", [0.25, "yellow"], [2.5, "red"]],
  );
}

function deadLetters() {
  return stackedBars({
    title: "Dead letters by reason",
    description:
      "Events given up on. Good: none. `refused_by_database`: DB2 has a constraint that DB1 has not. `malformed_json`, `invalid_event`: somebody else writes to the topic. `unknown_…`: an older sync beside a newer api. `too_large`: parked in DB1. Then `blog dlq list`.",
    unit: "short",
    alerts: ["BlogDeadLettersArriving"],
    queries: [{ expr: `sum by (reason) (${increase("dead_letters_total")})`, legend: "{{reason}}" }],
  });
}

function articles() {
  return timeSeries({
    title: "Articles in each database",
    description:
      "Articles by status, in DB1 (primary) and DB2 (replica). Good: the lines of both lie on each other. If they stay apart: `blog verify` names every article that differs.",
    unit: "short",
    queries: [{ expr: `max by (database, status) (${of("articles_total")})`, legend: "{{database}} {{status}}" }],
  });
}

function gap() {
  const of_database = (database: string) => `max by (status) (articles_total{database="${database}"})`;
  return timeSeries({
    title: "Articles that DB2 lacks",
    description:
      "Articles of DB1 less those of DB2, by status, whatever roles are chosen above. Good: 0, or a few either way, since both are not looked at in the same moment. If it stays: `blog verify` names every article that differs, `blog verify --repair` mends them.",
    unit: "short",
    alerts: ["BlogReplicaGap"],
    queries: [{ expr: `${of_database("primary")} - on (status) ${of_database("replica")}`, legend: "{{status}}" }],
  });
}
