import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Kafka, logLevel } from "kafkajs";
import { singleFlight } from "../platform/single-flight.ts";
import { freePort } from "./free-port.ts";
import type { KafkaInstance, KafkaOptions } from "./instance.ts";
import { type EncryptedKafka, encryptedSettings, scramMechanisms } from "./kafka/encrypted-listeners.ts";
import { furtherListeners, kafkaSettings } from "./kafka/settings.ts";
import { createNativeProcess } from "./native-process.ts";

const root = join(import.meta.dir, "../..");
const jars = join(root, ".cache/kafka/4.1.0");

/** Why Apache Kafka cannot run here as a plain process, or undefined when it can. */
export function nativeKafkaMissing(): string | undefined {
  if (process.platform === "win32") return "native Kafka is for Linux and macOS";
  if (!Bun.which("java")) return "no java";
  const version = /version "(\d+)/.exec(Bun.spawnSync(["java", "-version"]).stderr.toString())?.[1];
  if (Number(version ?? 0) < 17) return `Java ${version ?? "?"} where Kafka 4 needs 17 or later`;
  return existsSync(jars) || Bun.which("mvn") ? undefined : "no Maven to fetch Kafka's jars with";
}

/** An Apache Kafka 4.1 broker from Maven's jars, its data in a new folder below `folder`; not yet started. */
export async function createNativeKafka(folder: string, options: KafkaOptions = {}): Promise<KafkaInstance> {
  const missing = nativeKafkaMissing();
  if (missing !== undefined) throw new Error(missing);
  await fetchJars();
  const port = freePort();
  const controller = `127.0.0.1:${freePort()}`;
  const client = `127.0.0.1:${port}`;
  const { encrypted } = options;
  const proxied = options.proxied ? { port: freePort(), advertised_port: freePort() } : undefined;
  const ports = encrypted && { by_certificate: freePort(), by_password: freePort() };
  const home = join(folder, `kafka-${port}`);
  mkdirSync(home);
  const properties = join(home, "server.properties");
  const settings = {
    ...kafkaSettings({
      advertised: client,
      client,
      controller,
      controller_voter: controller,
      more: furtherListeners({ proxied, encrypted, ports }, (port) => `127.0.0.1:${port}`),
    }),
    ...(encrypted && encryptedSettings(encrypted)),
    "log.dirs": join(home, "data"),
  };
  writeFileSync(
    properties,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
  writeFileSync(join(home, "log4j2.properties"), log4j);
  // The quick compiler and the serial collector: started in half the time, on two cores.
  const quick = ["-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"];
  const java = ["java", ...(options.java_options ?? quick),
    `-Dlog4j2.configurationFile=${join(home, "log4j2.properties")}`, "-cp", `${jars}/*`]; // biome-ignore format: option by option
  const users = encrypted ? scramMechanisms.flatMap((mechanism) => ["--add-scram", scramUser(mechanism, encrypted)]) : [];
  const storage = ["kafka.tools.StorageTool", "format", "--cluster-id", clusterId(), "--config", properties, ...users];
  const format = Bun.spawn([...java, ...storage], {
    cwd: home,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  const complaint = await new Response(format.stderr).text();
  if ((await format.exited) !== 0) throw new Error(`Kafka's storage could not be formatted:\n${complaint}`);
  const server = createNativeProcess({
    name: "Kafka",
    port,
    command: [...java, "kafka.Kafka", properties],
    cwd: home,
    env: { PATH: process.env["PATH"] ?? "", ...(process.env["JAVA_HOME"] ? { JAVA_HOME: process.env["JAVA_HOME"] } : {}) },
    log_file: join(home, "log"),
    stop_signal: "SIGTERM",
    answers: () => kafkaAnswers(client),
  });
  return { ...server, ...(proxied && { proxied }), ...(ports && { encrypted: ports }) };
}

function scramUser(mechanism: string, { username, password }: EncryptedKafka): string {
  return `${mechanism}=[name=${username},password=${password}]`;
}

/** Whether the broker serves consumer groups, which comes last after a start. Throws what the connection attempt threw. */
export async function kafkaAnswers(broker: string): Promise<boolean> {
  const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING, connectionTimeout: 1000, retry: { retries: 0 } });
  const admin = kafka.admin();
  try {
    await admin.connect();
    // Tells kafkajs which brokers there are.
    await admin.describeCluster();
    await admin.describeGroups(["none"]);
    return true;
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

/** Once per machine; made in a folder of its own and then renamed, so that two runs at once do no harm. */
const fetchJars = singleFlight(async () => {
  if (existsSync(jars)) return;
  process.stderr.write("services: fetching Apache Kafka 4.1.0 with Maven (43 MB, once) …\n");
  const fetched = `${jars}-${process.pid}`;
  const pom = join(import.meta.dir, "kafka/pom.xml");
  const maven = Bun.spawn(
    ["mvn", "-q", "-B", "-f", pom, "dependency:copy-dependencies", "-DincludeScope=runtime", `-DoutputDirectory=${fetched}`],
    { cwd: root, stdin: "ignore", stdout: "pipe", stderr: "pipe", timeout: 300_000 },
  );
  const complaint = (await Promise.all([new Response(maven.stdout).text(), new Response(maven.stderr).text()])).join("");
  if ((await maven.exited) !== 0) throw new Error(`Maven could not fetch Kafka:\n${complaint.slice(-2000)}`);
  try {
    renameSync(fetched, jars);
  } catch (error) {
    if (!existsSync(jars)) throw error;
    rmSync(fetched, { recursive: true, force: true });
  }
});

/** 16 random bytes, as Kafka writes ids. The first bit is 0: an id that began with a hyphen would be taken for an option. */
function clusterId(): string {
  const [first = 0, ...others] = crypto.getRandomValues(new Uint8Array(16));
  return Buffer.from([first & 0x7f, ...others]).toString("base64url");
}

const log4j = `
rootLogger.level = WARN
rootLogger.appenderRefs = out
rootLogger.appenderRef.out.ref = out
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d %p %c{1} %m%n
`;
