import type { PostgresConfig } from "../../config/config.ts";
import { databaseEnv } from "../../testing/database-env.ts";
import { type Executable, startExecutable } from "../../testing/executable.ts";
import { kafka, postgres } from "../../testing/services.ts";
import { urlOf } from "../api-client.ts";

/** A process for each role, as people run them. */
export interface Roles extends AsyncDisposable {
  readonly gateway: Executable;
  readonly api: Executable;
  readonly sync: Executable;
  readonly urls: { readonly gateway: string; readonly api: string; readonly sync: string };
  readonly topic: { readonly brokers: string[]; readonly topic: string };
  readonly primary: PostgresConfig;
  readonly replica: PostgresConfig;
}

/** Starts the three on databases and a topic of their own, with `env` for all of them. */
export async function startRoles(cwd: string, env: Readonly<Record<string, string>>): Promise<Roles> {
  await using opened = new AsyncDisposableStack();
  const [primary, replica, topic] = await Promise.all([
    postgres.createDatabase(),
    postgres.createDatabase(),
    kafka.createTopic(),
  ]);
  for (const part of [primary, replica, topic]) opened.defer(() => part.drop());
  const services = {
    ...databaseEnv("DB1", primary.config),
    ...databaseEnv("DB2", replica.config),
    KAFKA_BOOTSTRAP_SERVERS: topic.brokers.join(","),
    KAFKA_TOPIC_ARTICLES: topic.topic,
    KAFKA_GROUP_ID: `group-${topic.topic}`,
  };
  const start = async (role: "api" | "sync" | "gateway", more: Readonly<Record<string, string>> = {}) =>
    opened.use(
      await startExecutable({ cwd, args: [`--role=${role}`], env: { ...services, ...env, ...more }, await_ready: [role] }),
    );
  const [api, sync] = await Promise.all([start("api"), start("sync")]);
  const upstreams = { REST_API_URL: urlOf(api, "api"), REPLICA_API_URL: urlOf(sync, "sync") };
  const gateway = await start("gateway", upstreams);
  const parts = opened.move();
  return {
    gateway,
    api,
    sync,
    urls: { gateway: urlOf(gateway, "gateway"), api: urlOf(api, "api"), sync: urlOf(sync, "sync") },
    topic,
    primary: primary.config,
    replica: replica.config,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
