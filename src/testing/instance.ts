import type { EncryptedKafka, EncryptedPorts } from "./kafka/encrypted-listeners.ts";

/** One running server. Its address stays the same over every stop and start. */
export interface Instance extends AsyncDisposable {
  readonly port: number;
  /** Resolves when the server answers; rejects with the end of its log when it does not. */
  start(): Promise<void>;
  /** A clean shut-down. */
  stop(): Promise<void>;
  /** SIGKILL, as by a power cut of the process alone: what the operating system holds survives. */
  kill(): Promise<void>;
  /** Frozen: connections stay open and nothing answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** A broker sends its clients to the address that it advertises, so a proxy has to be what is advertised. */
export interface KafkaInstance extends Instance {
  /** Where a proxy finds the broker, and the port that it has to listen on itself. */
  readonly proxied?: ProxiedPorts;
  readonly encrypted?: EncryptedPorts;
}

export interface ProxiedPorts {
  readonly port: number;
  readonly advertised_port: number;
}

export interface KafkaOptions {
  /** Off by default. On: a second way in, for clients that come through a proxy. */
  readonly proxied?: boolean;
  readonly encrypted?: EncryptedKafka;
  /** Options of the virtual machine, for a native one, in place of those that make it start quickly. */
  readonly java_options?: readonly string[];
}

export type ServiceName = "postgres" | "kafka";

export interface PostgresInstance extends Instance {
  /** The superuser `postgres`'s. */
  readonly password: string;
}

export interface PostgresOptions {
  /** Off by default: nothing here outlives the run. On for tests of what a crash of the machine would leave. */
  readonly fsync?: boolean;
  /** For a native one: the data of a server that was stopped, and its superuser's password; they are copied. */
  readonly from?: { readonly data: string; readonly password: string };
  /** Further settings of the server, for a native one. */
  readonly settings?: Readonly<Record<string, string>>;
}

export const start_timeout_ms = 60_000;
