import { describe, setDefaultTimeout, test } from "bun:test";
import type { PostgresConfig } from "../config/config.ts";
import type { ServerTls } from "./encrypted-postgres.ts";
import type { EncryptedKafka } from "./kafka/encrypted-listeners.ts";
import { forcedWay, serviceMissing } from "./service-ways.ts";
import { callSupervisor } from "./supervisor-client.ts";
import { createTcpProxy } from "./tcp-proxy.ts";

/** The first test of a run that needs a service waits for its start. */
const first_start_timeout_ms = 90_000;

interface OwnPostgres {
  readonly fsync?: boolean;
  readonly tls?: ServerTls;
}

export interface Controls extends AsyncDisposable {
  stop(): Promise<void>;
  start(): Promise<void>;
  kill(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** Real PostgreSQL 18, started at the first call, shared by the test files of one run, gone when the run ends. */
export const postgres = {
  missing: () => serviceMissing("postgres", forcedWay()),

  /** A fresh database, owned by a fresh ordinary role. */
  async createDatabase() {
    const config = await callSupervisor("create_database", {});
    return { config, drop: async () => void (await callSupervisor("drop_database", { name: config.name })) };
  },

  /** A server of the caller's own, for tests that stop, kill or freeze it; its port stays. With `tls` it lets nobody in without. */
  async startOwn({ fsync = false, tls }: OwnPostgres = {}): Promise<Controls & { readonly config: PostgresConfig }> {
    const { instance, config } = await callSupervisor("start_postgres", { fsync, ...(tls && { tls }) });
    return { config, ...controls(instance) };
  },
} as const;

/** Real Apache Kafka 4.1, as `postgres`. */
export const kafka = {
  missing: () => serviceMissing("kafka", forcedWay()),

  /** A fresh topic that takes messages of 8 MiB. Its dead letters' topic, if one was made beside it, is dropped with it. */
  async createTopic({ partitions = 3 }: { readonly partitions?: number } = {}) {
    const made = await callSupervisor("create_topic", { partitions });
    return {
      brokers: [...made.brokers],
      topic: made.topic,
      drop: async () => void (await callSupervisor("drop_topic", { topic: made.topic })),
    };
  },

  /** A broker of the caller's own, for tests that stop, kill or freeze it; its port stays. */
  async startOwn(): Promise<Controls & { readonly brokers: readonly string[] }> {
    const { instance, brokers } = await callSupervisor("start_kafka", { proxied: false });
    return { brokers, ...controls(instance) };
  },

  /** As `startOwn`, and with two ways in that are encrypted, each as `host:port`. */
  async startOwnEncrypted(encrypted: EncryptedKafka) {
    const { instance, brokers, encrypted: ports } = await callSupervisor("start_kafka", { proxied: false, encrypted });
    if (!ports) throw new Error("The broker has no encrypted way in");
    const at = (port: number) => `${encrypted.host}:${port}`;
    return {
      ...controls(instance),
      brokers,
      ports,
      by_certificate: at(ports.by_certificate),
      by_password: at(ports.by_password),
    };
  },

  /** As `startOwn`, and with a proxy before it: who comes by `proxied_brokers` stays on that wire. `brokers` leads past it. */
  async startOwnBehindProxy() {
    const { instance, brokers, proxied } = await callSupervisor("start_kafka", { proxied: true });
    if (!proxied) throw new Error("The broker has no second way in");
    const proxy = await createTcpProxy({ host: "127.0.0.1", port: proxied.port }, proxied.advertised_port);
    const broker = controls(instance);
    return {
      ...broker,
      brokers,
      proxied_brokers: [`${proxy.host}:${proxy.port}`],
      proxy,
      async [Symbol.asyncDispose]() {
        await proxy[Symbol.asyncDispose]();
        await broker[Symbol.asyncDispose]();
      },
    };
  },
} as const;

function controls(instance: number): Controls {
  const control = (action: "start" | "stop" | "kill" | "pause" | "resume" | "dispose") => async () =>
    void (await callSupervisor("control", { instance, action }));
  return {
    start: control("start"),
    stop: control("stop"),
    kill: control("kill"),
    pause: control("pause"),
    resume: control("resume"),
    [Symbol.asyncDispose]: control("dispose"),
  };
}

/** What a test may need of this machine. */
interface Needed {
  /** Why it cannot be had; undefined when it looks as if it could. Starts nothing. */
  missing(): string | undefined;
}

/**
 * `describe` for tests that need services, with time for their first start. Where one cannot be had the tests are skipped
 * with the reason on stderr; with CI=true that is a failure.
 */
export function describeWith(services: readonly Needed[], name: string, body: () => void): void {
  setDefaultTimeout(first_start_timeout_ms);
  const missing = services.flatMap((service) => service.missing() ?? []);
  if (missing.length === 0) {
    describe(name, body);
    return;
  }
  const reason = `NOT RUN: ${name}. ${missing.join(" ")}`;
  process.stderr.write(`\n!!! ${reason}\n\n`);
  if (process.env["CI"] === "true") {
    test(name, () => {
      throw new Error(reason);
    });
  } else describe.skip(name, body);
}
