import { line, type Section } from "../frame.ts";
import { heatMap, stackedBars, timeSeries } from "../panels.ts";
import { increase, of, quantile } from "../promql.ts";

/** How far DB2 is behind. */
export function lag(): Section {
  return {
    title: "Lag",
    lines: [line(9, heat(), quantiles(), ages()), line(9, waiting(), shares())],
  };
}

function heat() {
  return heatMap({
    title: "Lag of each event",
    description:
      "Events applied, by the time from their commit in DB1 to their commit in DB2: the darker, the more. Good: one dark band low down. A band that rises: DB2 or Kafka is slower. A cloud high up: events that waited for something that was away, and have caught up since.",
    unit: "s",
    queries: [{ expr: `sum by (le) (${increase("sync_lag_seconds_bucket")})`, legend: "{{le}}" }],
  });
}

function quantiles() {
  return timeSeries(
    {
      title: "Lag of applied events",
      description:
        "Time from the commit in DB1 to the commit in DB2. Good: p99 well under 5 s, the dashed line. If not: *Waiting events by partition* and *Time of a batch* say whether they wait in Kafka or for DB2.",
      unit: "s",
      alerts: ["BlogReplicaNotFresh"],
      queries: [0.5, 0.9, 0.99].map((q) => ({ expr: quantile(q, "sync_lag_seconds", []), legend: `p${q * 100}` })),
    },
    ["green", [5, "red"]],
  );
}

function ages() {
  return timeSeries(
    {
      title: "Oldest waiting event by partition",
      description:
        "Age of each partition's oldest event that is not applied. Good: 0, with short peaks. One partition only: its consumer hangs; the process ends by itself after two minutes. All of them: DB2 takes nothing, the log of sync has the error.",
      unit: "s",
      alerts: ["BlogSyncStalled"],
      queries: [{ expr: `max by (topic, partition) (${of("replica_lag_seconds")})`, legend: "{{topic}} {{partition}}" }],
    },
    ["green", [5, "yellow"], [30, "red"]],
  );
}

function waiting() {
  return timeSeries({
    title: "Waiting events by partition",
    description:
      "Events in each partition that are not applied yet. Good: near 0, all alike. All grow: more is written than DB2 takes; look at *Time of a batch*, and start more sync processes, up to the number of partitions. One grows: see the age beside.",
    unit: "short",
    queries: [{ expr: `max by (topic, partition) (${of("kafka_consumer_lag")})`, legend: "{{topic}} {{partition}}" }],
  });
}

function shares() {
  return stackedBars({
    title: "Partitions by process",
    description:
      "Partitions that each sync process reads. Good: they add up to the topic's (12, if we made it), and all processes have about as many. Less than that: nobody reads the rest at the moment; a rebalance takes seconds. A process without any stands by.",
    unit: "short",
    queries: [{ expr: `count by (role, instance) (${of("kafka_consumer_lag")})`, legend: "{{role}} {{instance}}" }],
  }).decimals(0);
}
