import { existsSync } from "node:fs";
import { createKafkaContainer, createPostgresContainer } from "./containers.ts";
import type { Instance, KafkaInstance, KafkaOptions, PostgresInstance, PostgresOptions, ServiceName } from "./instance.ts";
import { createNativeKafka, nativeKafkaMissing } from "./native-kafka.ts";
import { createNativePostgres, nativePostgresMissing } from "./native-postgres.ts";

type Way = "docker" | "native";

/** Where a service comes from; `TEST_SERVICES` forces one. */
export type ForcedWay = "env" | Way;

/** What `TEST_SERVICES` says. Throws when it is none of the three. */
export function forcedWay(): ForcedWay | undefined {
  const forced = process.env["TEST_SERVICES"];
  if (!forced) return undefined;
  if (forced === "env" || forced === "docker" || forced === "native") return forced;
  throw new Error(`TEST_SERVICES is ${JSON.stringify(forced)}; allowed are env, docker and native`);
}

const label = { postgres: "PostgreSQL 18", kafka: "Apache Kafka 4.1" } as const;

/** The services that the environment gives, where they are to be used. */
export function givenServices(forced: ForcedWay | undefined): {
  readonly postgres: string | undefined;
  readonly kafka: readonly string[] | undefined;
} {
  if (forced !== undefined && forced !== "env") return { postgres: undefined, kafka: undefined };
  return { postgres: process.env["TEST_POSTGRES_URL"] || undefined, kafka: process.env["TEST_KAFKA_BROKERS"]?.split(",") };
}

/** Starts PostgreSQL by the first way of `order` that works, and says which on stderr. Throws with every way's reason when none does. */
export function startPostgres(order: readonly Way[], folder: string, options?: PostgresOptions): Promise<PostgresInstance> {
  return firstThatWorks("postgres", order, {
    docker: () => createPostgresContainer(options),
    native: () => createNativePostgres(folder, options),
  });
}

/** As `startPostgres`. */
export function startKafka(order: readonly Way[], folder: string, options?: KafkaOptions): Promise<KafkaInstance> {
  return firstThatWorks("kafka", order, {
    docker: () => createKafkaContainer(options),
    native: () => createNativeKafka(folder, options),
  });
}

async function firstThatWorks<Started extends Instance>(
  service: ServiceName,
  order: readonly Way[],
  ways: Readonly<Record<Way, () => Promise<Started>>>,
): Promise<Started> {
  const reasons: string[] = [];
  for (const way of order) {
    const began = performance.now();
    try {
      const instance = await ways[way]();
      try {
        await instance.start();
      } catch (error) {
        await instance[Symbol.asyncDispose]();
        throw error;
      }
      const why = reasons.length > 0 ? ` (${reasons.join("; ")})` : "";
      process.stderr.write(
        `services: ${label[service]}, ${way}, in ${((performance.now() - began) / 1000).toFixed(1)} s${why}\n`,
      );
      return instance;
    } catch (error) {
      reasons.push(`${way}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new Error(`${label[service]} for tests could not be had. ${reasons.join("; ")}. ${advice[service]}`);
}

const advice = {
  postgres: "Set TEST_POSTGRES_URL to a superuser's URL, or start Docker.",
  kafka: "Set TEST_KAFKA_BROKERS, or start Docker, or install Java 17 and Maven.",
} as const;

/** The ways to try, in order; `own` instances are better off as plain processes, which can be killed and frozen at once. */
export function waysToTry(forced: ForcedWay | undefined, own: boolean): readonly Way[] {
  if (forced === "docker" || forced === "native") return [forced];
  if (forced === "env" && !own) return [];
  return own ? ["native", "docker"] : ["docker", "native"];
}

/** Why a service cannot be had here, or undefined when at least one way looks open. Starts nothing, so it may be too hopeful about Docker. */
export function serviceMissing(service: ServiceName, forced: ForcedWay | undefined): string | undefined {
  if (givenServices(forced)[service]) return undefined;
  if (forced === "env") return advice[service];
  const native = service === "postgres" ? nativePostgresMissing() : nativeKafkaMissing();
  const docker = process.env["DOCKER_HOST"] || existsSync("/var/run/docker.sock") ? undefined : "no Docker daemon";
  const missing = { native, docker };
  const reasons = waysToTry(forced, false).map((way) => missing[way] && `${way}: ${missing[way]}`);
  return reasons.includes(undefined) ? undefined : `${reasons.join("; ")}. ${advice[service]}`;
}
