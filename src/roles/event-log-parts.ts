import type { EventLog } from "../article/event-log.ts";
import { createInProcessLog } from "../embedded/in-process-log.ts";
import type { KafkaHooks } from "../kafka/hooks.ts";
import { openKafkaLog } from "../kafka/kafka-log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Check } from "../platform/health.ts";
import type { Logger } from "../platform/log.ts";
import type { RoleContext } from "./role-context.ts";

/** Opens the event log that the configuration names. Throws when no role of this process should need one. */
export function openEventLog({ config, metrics, log }: RoleContext, onHistoryMissing: KafkaHooks["onHistoryMissing"]): EventLog {
  const hooks = eventLogHooks(metrics, log, onHistoryMissing);
  if (config.event_log === undefined) throw new Error("this process has no event log configured");
  return config.event_log.kind === "kafka" ? openKafkaLog(config.event_log, { log, hooks }) : createInProcessLog({ hooks });
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
      // What another process reads now is that one's to tell.
      metrics.kafka.lag.reset();
      log.info({ topic, partitions }, `Consuming ${partitions.length} partitions of ${topic}`);
    },
    onConsumerLag(topic, partition, lag) {
      metrics.kafka.lag.labels(topic, String(partition)).set(lag);
    },
    onHistoryMissing,
  };
}
