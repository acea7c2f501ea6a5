import { line, type Section } from "../frame.ts";
import { stackedBars, timeSeries } from "../panels.ts";
import { increase, of, rate } from "../promql.ts";

/** From DB1's outbox into Kafka. */
export function publishing(): Section {
  return { title: "DB1 → Kafka", lines: [line(8, outbox(), age(), sent(), failedSends())] };
}

function outbox() {
  return timeSeries({
    title: "Outbox",
    description:
      "Events in DB1 that wait for Kafka, and those parked since they are too large for it. Good: near 0, and back to it after a peak. If it climbs: Kafka is away or takes nothing; after its return several thousand a second go out.",
    unit: "short",
    queries: [
      { expr: `max(${of("outbox_pending")})`, legend: "pending" },
      { expr: `max(${of("outbox_parked")})`, legend: "parked" },
    ],
  });
}

function age() {
  return timeSeries(
    {
      title: "Age of the outbox",
      description:
        "How long the oldest event has waited for Kafka. Good: under a second. Climbing as fast as time goes: nothing is taken at all. A saw: it goes out, but not as fast as articles are written.",
      unit: "s",
      alerts: ["BlogOutboxGrowing"],
      queries: [{ expr: `max(${of("outbox_oldest_age_seconds")})`, legend: "oldest" }],
    },
    ["green", [5, "yellow"], [60, "red"]],
  );
}

function sent() {
  return stackedBars({
    title: "Sent by type",
    description:
      "Events a second that Kafka has taken, by what happened to the article. Good: the shape of the writes. `article.viewed` comes every few seconds for what is read. Nothing while articles are written: see *Outbox*.",
    unit: "eps",
    queries: [{ expr: `sum by (event_type) (${rate("kafka_messages_sent_total")})`, legend: "{{event_type}}" }],
  });
}

function failedSends() {
  return stackedBars({
    title: "Failed sends",
    description:
      "Attempts to send that failed, by reason; each is tried again. Good: none. `timeout`, `connection`: Kafka is away, or swallows packets. `not_enough_replicas`: brokers are missing. `too_large`: the event is parked. An authorization: the user's rights on the topic.",
    unit: "short",
    queries: [{ expr: `sum by (reason) (${increase("kafka_message_send_errors_total")})`, legend: "{{reason}}" }],
  });
}
