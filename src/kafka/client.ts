import { Kafka, type KafkaConfig as KafkajsConfig, logLevel } from "kafkajs";
import type { KafkaConfig } from "../config/config.ts";
import type { Logger } from "../platform/log.ts";
import { bridgeLog } from "./log-bridge.ts";

/** A broker on the same continent answers a handshake far sooner. */
const connection_timeout_ms = 3000;
const authentication_timeout_ms = 5000;
/** Without `enforceRequestTimeout` a connection that hangs would hang us with it. */
const request_timeout_ms = 5000;

/** A kafkajs client whose every wait has an end; who uses it repeats what failed, so kafkajs itself hardly does. */
export function createKafkaClient(config: KafkaConfig, log: Logger): Kafka {
  return new Kafka({
    clientId: "blog",
    brokers: [...config.brokers],
    ssl: tlsOf(config),
    ...toSasl(config.sasl),
    connectionTimeout: connection_timeout_ms,
    authenticationTimeout: authentication_timeout_ms,
    requestTimeout: request_timeout_ms,
    enforceRequestTimeout: true,
    retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 1000 },
    logLevel: log.isLevelEnabled("trace") ? logLevel.DEBUG : logLevel.WARN,
    logCreator: bridgeLog(log),
  });
}

/** Brokers are always checked, names too: whoever stands between would be handed the password, or every article. */
function tlsOf({ ssl, ssl_root_cert, ssl_identity }: KafkaConfig): KafkajsConfig["ssl"] & (object | boolean) {
  return ssl && { ...ssl_identity, ...(ssl_root_cert === undefined ? {} : { ca: ssl_root_cert }) };
}

function toSasl(sasl: KafkaConfig["sasl"]): Pick<KafkajsConfig, "sasl"> {
  if (!sasl) return {};
  const { mechanism, username, password } = sasl;
  switch (mechanism) {
    case "plain":
      return { sasl: { mechanism, username, password } };
    case "scram-sha-256":
      return { sasl: { mechanism, username, password } };
    case "scram-sha-512":
      return { sasl: { mechanism, username, password } };
    default:
      return mechanism satisfies never;
  }
}
