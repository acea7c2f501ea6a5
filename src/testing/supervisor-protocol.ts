import type { PostgresConfig } from "../config/config.ts";
import type { ServerTls } from "./encrypted-postgres.ts";
import type { ProxiedPorts, ServiceName } from "./instance.ts";
import type { EncryptedKafka, EncryptedPorts } from "./kafka/encrypted-listeners.ts";

export interface Topic {
  readonly brokers: readonly string[];
  readonly topic: string;
}

/** What the test process asks of the supervisor, and what it gets. */
export interface Operations {
  create_database: { args: Record<string, never>; result: PostgresConfig };
  drop_database: { args: { name: string }; result: null };
  create_topic: { args: { partitions: number }; result: Topic };
  drop_topic: { args: { topic: string }; result: null };
  start_postgres: { args: { fsync: boolean; tls?: ServerTls }; result: { instance: number; config: PostgresConfig } };
  start_kafka: {
    args: { proxied: boolean; encrypted?: EncryptedKafka };
    result: { instance: number; brokers: readonly string[]; proxied?: ProxiedPorts; encrypted?: EncryptedPorts };
  };
  control: { args: { instance: number; action: "start" | "stop" | "kill" | "pause" | "resume" | "dispose" }; result: null };
  /** Everything that was started is stopped, and everything made on given services dropped. */
  shut_down: { args: Record<string, never>; result: null };
}

export type Operation = keyof Operations;

export type Request = { [Op in Operation]: { id: number; op: Op; args: Operations[Op]["args"] } }[Operation];

export type Reply = { id: number; value: Operations[Operation]["result"] } | { id: number; error: string };

export type { ServiceName };
