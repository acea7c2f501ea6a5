import { type Admin, ConfigResourceTypes, type ITopicConfig } from "kafkajs";
import type { KafkaConfig } from "../config/config.ts";
import type { Logger } from "../platform/log.ts";
import { protocolErrorOf } from "./errors.ts";

const mebibyte = 1024 * 1024;
const day_ms = 24 * 60 * 60 * 1000;

/** As many processes can share the work; more cost file handles and latency, and a key would change its partition if it grew. */
const partitions = 12;
const replicas_max = 3;

/** A weekend and a few days to repair a replica, after which only a resync brings it back. */
const events_retention_ms = 7 * day_ms;
/** Somebody has to read these, and DB2 keeps them as well. */
const dead_letters_retention_ms = 30 * day_ms;

/** The largest article is 6 MiB as JSON. */
const event_bytes_max = 8 * mebibyte;
/** A dead letter is an event with a few headers more. */
const dead_letter_bytes_max = 9 * mebibyte;

/** Makes the two topics if they are missing, and leaves one that is there as it is, with a warning if it is too small. */
export async function ensureTopics(admin: Admin, config: KafkaConfig, log: Logger): Promise<void> {
  const wanted = [
    { topic: config.topic, retention_ms: events_retention_ms, bytes_max: event_bytes_max },
    { topic: config.dead_letter_topic, retention_ms: dead_letters_retention_ms, bytes_max: dead_letter_bytes_max },
  ];
  const existing = new Set(await admin.listTopics());
  const missing = wanted.filter(({ topic }) => !existing.has(topic));
  if (missing.length > 0) {
    const { brokers } = await admin.describeCluster();
    const replicationFactor = Math.min(replicas_max, brokers.length);
    await createTopics(
      admin,
      missing.map((topic) => toTopicConfig(topic, replicationFactor)),
      log,
    );
  }
  await warnOfSmallTopics(
    admin,
    wanted.filter(({ topic }) => existing.has(topic)),
    log,
  );
}

interface WantedTopic {
  readonly topic: string;
  readonly retention_ms: number;
  readonly bytes_max: number;
}

function toTopicConfig({ topic, retention_ms, bytes_max }: WantedTopic, replicationFactor: number): ITopicConfig {
  return {
    topic,
    numPartitions: partitions,
    replicationFactor,
    configEntries: [
      { name: "retention.ms", value: String(retention_ms) },
      { name: "max.message.bytes", value: String(bytes_max) },
      // With three copies, an acknowledged event survives the loss of one broker.
      { name: "min.insync.replicas", value: String(Math.max(1, replicationFactor - 1)) },
    ],
  };
}

async function createTopics(admin: Admin, topics: ITopicConfig[], log: Logger): Promise<void> {
  const names = topics.map(({ topic }) => topic).join(", ");
  try {
    // Resolves to false when another process was faster.
    const created = await admin.createTopics({ topics, waitForLeaders: true });
    if (created) log.info(`Made the Kafka topics ${names}, with ${partitions} partitions each`);
  } catch (error) {
    // Made, but not yet known to every broker: whoever uses them first finds out, and tries again.
    if (["UNKNOWN_TOPIC_OR_PARTITION", "LEADER_NOT_AVAILABLE"].includes(protocolErrorOf(error) ?? "")) return;
    throw new Error(`The Kafka topics ${names} are missing and could not be made: ${explain(error)}`, { cause: error });
  }
}

function explain(error: unknown): string {
  switch (protocolErrorOf(error)) {
    case "TOPIC_AUTHORIZATION_FAILED":
    case "CLUSTER_AUTHORIZATION_FAILED":
      return "this user has no right to. Make them by hand, or grant CREATE.";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

async function warnOfSmallTopics(admin: Admin, topics: readonly WantedTopic[], log: Logger): Promise<void> {
  for (const { topic, bytes_max } of topics) {
    const found = await messageBytesMax(admin, topic, log);
    if (found === undefined || found >= bytes_max) continue;
    log.warn(
      { topic, found, needed: bytes_max },
      `The Kafka topic ${topic} takes messages of ${found} bytes, but an event may have up to ${bytes_max}: raise its max.message.bytes`,
    );
  }
}

async function messageBytesMax(admin: Admin, topic: string, log: Logger): Promise<number | undefined> {
  try {
    const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ["max.message.bytes"] }];
    const described = await admin.describeConfigs({ resources, includeSynonyms: false });
    const value = described.resources[0]?.configEntries[0]?.configValue;
    return value === undefined ? undefined : Number(value);
  } catch (error) {
    log.debug({ err: error, topic }, "The topic's settings could not be read");
    return undefined;
  }
}
