import { hostname } from "node:os";
import type { Container } from "dockerode";
import type { ContainerRuntimeClient, GenericContainer } from "testcontainers";
import { freePort } from "./free-port.ts";
import {
  type Instance,
  type KafkaInstance,
  type KafkaOptions,
  type PostgresInstance,
  type PostgresOptions,
  start_timeout_ms,
} from "./instance.ts";
import { type EncryptedKafka, encryptedSettings, scramMechanisms } from "./kafka/encrypted-listeners.ts";
import { furtherListeners, kafkaSettings } from "./kafka/settings.ts";
import { kafkaAnswers } from "./native-kafka.ts";
import { postgresAnswers } from "./native-postgres.ts";
import { isAlive } from "./native-process.ts";
import { waitFor } from "./wait-for.ts";

const postgres_image = "postgres:18";
const kafka_image = "apache/kafka:4.1.0";
/** Says which process a container belongs to, as `host/pid`. */
const owner_label = "blog.test.owner";

/** Loads testcontainers and asks the Docker daemon. Throws when none answers. */
async function openDocker(): Promise<{ docker: ContainerRuntimeClient; Generic: typeof GenericContainer }> {
  // Its own clean-up keeps a Bun process from ending, and wants an image more; this process cleans up. The ports are on this machine.
  process.env["TESTCONTAINERS_RYUK_DISABLED"] = "true";
  process.env["TESTCONTAINERS_HOST_OVERRIDE"] ??= "127.0.0.1";
  const { getContainerRuntimeClient, GenericContainer: Generic } = await import("testcontainers");
  return { docker: await getContainerRuntimeClient(), Generic };
}

/** PostgreSQL 18 in a container; not yet answering. Throws when there is no Docker or no image. */
export async function createPostgresContainer(options: PostgresOptions = {}): Promise<PostgresInstance> {
  const password = crypto.randomUUID();
  const port = freePort();
  const durable = options.fsync === true ? "on" : "off";
  const instance = await runContainer({
    image: postgres_image,
    port,
    ports: [{ container: 5432, host: port }],
    environment: { POSTGRES_PASSWORD: password },
    command: ["postgres", "-c", "max_connections=200", "-c", `fsync=${durable}`, "-c", `full_page_writes=${durable}`],
    answers: () => postgresAnswers(port, password),
  });
  return { ...instance, password };
}

/** Apache Kafka 4.1 in a container; not yet answering. Throws when there is no Docker or no image. */
export async function createKafkaContainer(options: KafkaOptions = {}): Promise<KafkaInstance> {
  const port = freePort();
  const { encrypted } = options;
  const proxied = options.proxied ? { port: freePort(), advertised_port: freePort() } : undefined;
  const ports = encrypted && { by_certificate: freePort(), by_password: freePort() };
  const further = [proxied?.port, ports?.by_certificate, ports?.by_password].filter((own) => own !== undefined);
  const settings = {
    ...kafkaSettings({
      advertised: `127.0.0.1:${port}`,
      client: ":9092",
      controller: ":9093",
      controller_voter: "localhost:9093",
      more: [...furtherListeners({ proxied, encrypted, ports }, (own) => `:${own}`), ...(encrypted ? [inside] : [])],
    }),
    ...(encrypted && encryptedSettings(encrypted)),
  };
  const instance = await runContainer({
    image: kafka_image,
    port,
    ports: [{ container: 9092, host: port }, ...further.map((own) => ({ container: own, host: own }))],
    environment: Object.fromEntries(Object.entries(settings).map(([name, value]) => [environmentName(name), value])),
    ...(encrypted && { prepare: scramMechanisms.map((mechanism) => addUser(encrypted, mechanism)) }),
    answers: () => kafkaAnswers(`127.0.0.1:${port}`),
  });
  return { ...instance, ...(proxied && { proxied }), ...(ports && { encrypted: ports }) };
}

/** As the image's start reads it. */
function environmentName(setting: string): string {
  return `KAFKA_${setting.toUpperCase().replaceAll("-", "___").replaceAll(".", "_")}`;
}

/** A way in for what runs in the container itself, where the address of this machine leads nowhere. */
const inside = { name: "INSIDE", protocol: "PLAINTEXT", listener: ":9095", advertised: "localhost:9095" } as const;

function addUser({ username, password }: EncryptedKafka, mechanism: string): string[] {
  // biome-ignore format: option by option
  return ["/opt/kafka/bin/kafka-configs.sh", "--bootstrap-server", inside.advertised, "--alter",
    "--entity-type", "users", "--entity-name", username, "--add-config", `${mechanism}=[password=${password}]`];
}

interface ContainerOptions {
  readonly image: string;
  /** Where clients come in. */
  readonly port: number;
  readonly ports: readonly { readonly container: number; readonly host: number }[];
  readonly environment: Record<string, string>;
  readonly command?: string[];
  /** Run inside, once, when it answers for the first time. */
  readonly prepare?: readonly string[][];
  answers(): Promise<boolean>;
}

async function runContainer(options: ContainerOptions): Promise<Instance> {
  const { docker, Generic } = await openDocker();
  await removeOrphans(docker);
  const { Wait } = await import("testcontainers");
  const started = await new Generic(options.image)
    .withExposedPorts(...options.ports)
    .withEnvironment(options.environment)
    .withCommand(options.command ?? [])
    .withLabels({ [owner_label]: `${hostname()}/${process.pid}` })
    .withStartupTimeout(start_timeout_ms)
    .withWaitStrategy(Wait.forListeningPorts())
    .start();
  const container: Container = docker.container.getById(started.getId());
  const unprepared = [...(options.prepare ?? [])];

  async function answered() {
    await waitFor(`${options.image} to answer`, options.answers, { timeout_ms: start_timeout_ms, interval_ms: 50 });
    for (const command of unprepared.splice(0)) {
      const { exitCode, output } = await started.exec(command);
      if (exitCode !== 0) throw new Error(`${command[0]} failed in ${options.image}:\n${output}`);
    }
  }
  return {
    port: options.port,
    async start() {
      // 304: it runs already.
      await container.start().catch(ignoreStatus(304));
      await answered();
    },
    async stop() {
      await container.stop({ t: 15 }).catch(ignoreStatus(304));
    },
    async kill() {
      await container.kill().catch(ignoreStatus(409));
    },
    async pause() {
      await container.pause();
    },
    async resume() {
      await container.unpause();
    },
    async [Symbol.asyncDispose]() {
      await container.remove({ force: true, v: true }).catch(ignoreStatus(404));
    },
  };
}

/** What a run left that was itself killed before it could clean up. */
async function removeOrphans(docker: ContainerRuntimeClient): Promise<void> {
  const found = await docker.container.dockerode.listContainers({ all: true, filters: { label: [owner_label] } });
  for (const { Id, Labels } of found) {
    const [host, pid] = (Labels[owner_label] ?? "").split("/");
    if (host !== hostname() || isAlive(Number(pid))) continue;
    await docker.container.getById(Id).remove({ force: true, v: true }).catch(ignoreStatus(404));
  }
}

function ignoreStatus(status: number) {
  return (error: unknown) => {
    if (!(error instanceof Error && "statusCode" in error && error.statusCode === status)) throw error;
  };
}
