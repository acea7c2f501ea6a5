import { type LogEntry, logLevel } from "kafkajs";
import type { Logger } from "../platform/log.ts";

/**
 * kafkajs tells as errors what is ordinary while a broker starts, moves or is away: each refused connection, each coordinator that is
 * not there yet. We tell of such states once, in our own words, so its lines go to debug, but for what has no other witness.
 */
const witnessed = new Set([
  "Connection",
  "BrokerPool",
  "Broker",
  "Cluster",
  "Consumer",
  "ConsumerGroup",
  "Runner",
  "Producer",
  "EosManager",
  "Admin",
  "SaslAuthenticator",
]);

/** Hands kafkajs's log to ours, one level lower. */
export function bridgeLog(log: Logger): () => (entry: LogEntry) => void {
  return () => (entry) => {
    const { timestamp: _, logger: __, message, ...fields } = entry.log;
    const line = `kafkajs: ${message}`;
    // Also `SaslAuthenticator-SCRAM-SHA-512`.
    const witness = /\w+/.exec(entry.namespace)?.[0] ?? "";
    if (entry.level === logLevel.ERROR && !witnessed.has(witness)) log.warn(fields, line);
    else if (entry.level <= logLevel.WARN) log.debug(fields, line);
    else log.trace(fields, line);
  };
}
