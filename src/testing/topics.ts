import { type Admin, Kafka, logLevel } from "kafkajs";
import type { Topic } from "./supervisor-protocol.ts";
import { waitFor } from "./wait-for.ts";

/** Makes a topic of its own with the size limit that the service itself would give it. */
export async function createTopic(brokers: readonly string[], partitions: number): Promise<Topic> {
  const topic = `blog-test-${crypto.randomUUID()}`;
  await asAdmin(brokers, async (admin) => {
    await admin.createTopics({
      // kafkajs gives up on a topic that the broker has not told of yet; below we wait for more than that.
      waitForLeaders: false,
      topics: [
        { topic, numPartitions: partitions, configEntries: [{ name: "max.message.bytes", value: String(8 * 1024 * 1024) }] },
      ],
    });
    // A KRaft broker tells of the leaders a moment before it serves them.
    await waitFor("the new topic to be served", async () => (await admin.fetchTopicOffsets(topic)).length === partitions);
  });
  return { brokers, topic };
}

/** Drops a topic and the dead letters' beside it, where they are there. */
export async function dropTopic(brokers: readonly string[], topic: string): Promise<void> {
  await asAdmin(brokers, async (admin) => {
    const there = await admin.listTopics();
    const topics = [topic, `${topic}.dlq`].filter((name) => there.includes(name));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  });
}

async function asAdmin(brokers: readonly string[], work: (admin: Admin) => Promise<void>): Promise<void> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, connectionTimeout: 5000 }).admin();
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}
