import type { EventLog } from "../article/event-log.ts";
import type { Config } from "../config/config.ts";
import { createInProcessLog, in_process_topic } from "../embedded/in-process-log.ts";
import type { KafkaHooks } from "../kafka/hooks.ts";
import { openKafkaLog } from "../kafka/kafka-log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Check } from "../platform/health.ts";
import type { Logger } from "../platform/log.ts";
import type { RoleContext } from "./role-context.ts";

/** Opens the event log that the configuration names. Throws when no role of this process should need one. */
export function openEventLog(context: RoleContext, onHistoryMissing: KafkaHooks["onHistoryMissing"]): EventLog {
  const { config, metrics, log, tracing } = context;
  const hooks = eventLogHooks(metrics, log, onHistoryMissing);
  if (config.event_log === undefined) throw new Error("this process has no event log configured");
  const eventLog =
    config.event_log.kind === "kafka" ? openKafkaLog(config.event_log, { log, hooks }) : createInProcessLog({ hooks });
  return tracing?.eventLog(eventLog, config.event_log, topicOf(config)) ?? eventLog;
}

/** The topic that the event log's metrics are told under. */
export function topicOf({ event_log }: Config): string {
  return event_log?.kind === "kafka" ? event_log.topic : in_process_topic;
}

export function eventLogCheck(eventLog: EventLog, required: boolean): Check {
  return { name: "event_log", required, run: () => eventLog.check() };
}

function eventLogHooks(metrics: Metrics, log: Logger, onHistoryMissing: KafkaHooks["onHistoryMissing"]): KafkaHooks {
  return {
    onMessagesSent(topic, counts) {
      for (const [event_type, count] of counts) metrics.kafka.sent.labels(topic, event_type).inc(count);
    },
    onSendError(topic, reason) {
      metrics.kafka.send_errors.labels(topic, reason).inc();
    },
    onPartitionsAssigned(topic, partitions) {
      log.info({ topic, partitions }, `Consuming ${partitions.length} partitions of ${topic}`);
    },
    onHistoryMissing,
  };
}
