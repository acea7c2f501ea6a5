import { line, type Section } from "../frame.ts";
import { timeSeries } from "../panels.ts";
import { of, quantile, rate } from "../promql.ts";

/** From DB1 through Kafka to DB2, in short; the dashboard Replication has the rest. */
export function delivery(): Section {
  return { title: "DB1 → Kafka → DB2", lines: [line(8, throughput(), lag(), gap())] };
}

function throughput() {
  return timeSeries({
    title: "Kafka throughput",
    description:
      "Events a second that Kafka took from the outbox, and that sync read, by what became of them (`stale`: DB2 was as new already). Good: both lines lie on each other. Sent above consumed: sync does not keep up, or is away. Nothing sent while articles are written: see *Outbox waits*.",
    unit: "eps",
    queries: [
      { expr: `sum(${rate("kafka_messages_sent_total")})`, legend: "sent" },
      { expr: `sum by (result) (${rate("kafka_messages_consumed_total")})`, legend: "consumed: {{result}}" },
    ],
  });
}

function lag() {
  return timeSeries(
    {
      title: "DB1 ↔ DB2 sync lag",
      description:
        "Time from the commit in DB1 to the commit in DB2 of the events applied, and the age of the oldest event that is still on its way. Good: well under 5 s, the dashed line. If *on its way* grows while the others stand still, nothing is applied: is sync ready, does DB2 answer?",
      unit: "s",
      alerts: ["BlogReplicaNotFresh", "BlogSyncStalled"],
      queries: [
        { expr: quantile(0.5, "sync_lag_seconds", []), legend: "p50" },
        { expr: quantile(0.99, "sync_lag_seconds", []), legend: "p99" },
        { expr: `max(${of("replica_lag_seconds")})`, legend: "on its way" },
      ],
    },
    ["green", [5, "red"]],
  );
}

function gap() {
  const articles = (database: string) => `max by (status) (articles_total{database="${database}"})`;
  return timeSeries({
    title: "Articles that DB2 lacks",
    description:
      "Articles of DB1 less those of DB2, by status, whatever roles are chosen above. Good: 0, or a few either way, since both are not looked at in the same moment. If it stays: `blog verify` names every article that differs, `blog verify --repair` mends them.",
    unit: "short",
    alerts: ["BlogReplicaGap"],
    queries: [{ expr: `${articles("primary")} - on (status) ${articles("replica")}`, legend: "{{status}}" }],
  });
}
