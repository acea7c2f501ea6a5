import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kafka, logLevel, type Message } from "kafkajs";
import { createPartitioner } from "../../kafka/partitioner.ts";
import { databaseEnv } from "../../testing/database-env.ts";
import { type Executable, startExecutable } from "../../testing/executable.ts";
import { kafka, postgres } from "../../testing/services.ts";
import { urlOf } from "../api-client.ts";

/** A sync on real PostgreSQL and Kafka, and a stranger who may write to its topic. */
export interface EventGround extends AsyncDisposable {
  readonly blog: Executable;
  readonly replica: string;
  /** Puts records on the topic, each into one of its partitions. */
  send(records: readonly Message[]): Promise<void>;
}

export const partitions = 3;

export async function openEventGround(file?: string): Promise<EventGround> {
  const cwd = mkdtempSync(join(tmpdir(), "blog-hostile-"));
  await using opened = new AsyncDisposableStack();
  opened.defer(() => rmSync(cwd, { recursive: true, force: true }));
  const [database, topic] = await Promise.all([postgres.createDatabase(), kafka.createTopic({ partitions })]);
  opened.defer(() => database.drop());
  opened.defer(() => topic.drop());
  const env = {
    ...databaseEnv("DB2", database.config),
    KAFKA_BOOTSTRAP_SERVERS: topic.brokers.join(),
    KAFKA_TOPIC_ARTICLES: topic.topic,
    KAFKA_GROUP_ID: topic.topic,
  };
  const blog = opened.use(
    await startExecutable({ cwd, env, args: ["--role=sync"], await_ready: ["sync"], ...(file && { file }) }),
  );
  const client = new Kafka({ brokers: [...topic.brokers], logLevel: logLevel.NOTHING });
  const producer = client.producer({ createPartitioner });
  await producer.connect();
  opened.defer(() => producer.disconnect());
  const held = opened.move();
  return {
    blog,
    replica: urlOf(blog, "sync"),
    async send(messages) {
      await producer.send({ topic: topic.topic, messages: [...messages], acks: -1 });
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
