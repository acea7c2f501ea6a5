import { line, type Section } from "../frame.ts";
import { bigNumber, type Limits } from "../panels.ts";
import { inRange, of } from "../promql.ts";

/** What waits where at this moment. */
export function standing(): Section {
  return { title: "Now", lines: [line(4, outbox(), unread(), behind(), lastApplied(), deadLetters(), parked())] };
}

const none_is_good: Limits = ["green", [1, "red"]];

function outbox() {
  return bigNumber(
    {
      title: "In the outbox",
      description:
        "Events in DB1 that Kafka has not taken yet. Good: 0 or a few. If it grows: Kafka is away or takes nothing; writes go on and nothing is lost. *Failed sends* says why; `blog health` shows the error.",
      unit: "short",
      alerts: ["BlogOutboxGrowing"],
      queries: [{ expr: `max(${of("outbox_pending")})`, legend: "pending" }],
    },
    ["green", [1_000, "yellow"], [100_000, "red"]],
  );
}

function unread() {
  return bigNumber(
    {
      title: "In Kafka, not in DB2",
      description:
        "Events of all partitions that sync has not applied yet. Good: 0, or falling. If it stands or grows: *Waiting events by partition* tells one hung consumer from a DB2 that does not keep up.",
      unit: "short",
      alerts: ["BlogSyncStalled"],
      queries: [{ expr: `sum(max by (topic, partition) (${of("kafka_consumer_lag")}))`, legend: "waiting" }],
    },
    ["green", [1_000, "yellow"], [100_000, "red"]],
  );
}

function behind() {
  return bigNumber(
    {
      title: "DB2 behind DB1",
      description:
        "Age of the oldest event that DB2 does not have yet. Good: under a second or two; 0 when it has them all. If it grows: see the other numbers of this line; *Sync lag* in docs/operations.md has a table of causes.",
      unit: "s",
      alerts: ["BlogSyncStalled"],
      queries: [{ expr: `max(${of("replica_lag_seconds")})`, legend: "behind" }],
    },
    ["green", [5, "yellow"], [30, "red"]],
  );
}

function lastApplied() {
  return bigNumber(
    {
      title: "Since the last event",
      description:
        "Time since DB2 last took an event. Good: as long as nobody has written. Bad only together with waiting events: then sync stands still, and its log says why.",
      unit: "dtdurations",
      queries: [{ expr: `time() - max(${of("sync_last_applied_timestamp_seconds")})`, legend: "ago" }],
    },
    ["blue"],
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
    none_is_good,
    { 0: "none" },
  );
}

function parked() {
  return bigNumber(
    {
      title: "Parked in DB1",
      description:
        "Events that are larger than Kafka takes, kept beside the outbox. Good: none. If any: raise the topic's `max.message.bytes` (8388608 takes every legal article), then `blog dlq replay --all`.",
      unit: "none",
      queries: [{ expr: `max(${of("outbox_parked")})`, legend: "parked" }],
    },
    none_is_good,
    { 0: "none" },
  );
}
