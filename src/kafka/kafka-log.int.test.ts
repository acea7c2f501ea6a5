import { expect, test } from "bun:test";
import type { Admin, Kafka } from "kafkajs";
import { type EventLog, type EventRecord, type ReceivedRecord, RecordTooLarge } from "../article/event-log.ts";
import { eventLogContract } from "../testing/event-log-contract.ts";
import { describeWith, kafka } from "../testing/services.ts";
import { waitFor } from "../testing/wait-for.ts";
import { createKafkaClient } from "./client.ts";
import { type MissingHistory, silentHooks } from "./hooks.ts";
import { openKafkaLog } from "./kafka-log.ts";
import { testConfig, testLog } from "./test-log.ts";

const timeout_ms = 60_000;

describeWith([kafka], "the event log in Kafka", () => {
  eventLogContract("Kafka", async () => {
    const { brokers, topic, drop } = await kafka.createTopic();
    const config = testConfig(brokers, topic);
    return { open: () => openKafkaLog(config, { log: testLog, hooks: silentHooks }), [Symbol.asyncDispose]: drop };
  });

  test(
    "topics that are missing are made, with twelve partitions and room for the largest article",
    async () => {
      const { brokers, topic, drop } = await kafka.createTopic();
      const config = testConfig(brokers, `${topic}-made`);
      {
        await using log = openKafkaLog(config, { log: testLog, hooks: silentHooks });
        await publishUntilTaken(log, record(1, "x".repeat(6 * 1024 * 1024)));
      }
      const admin = createKafkaClient(config, testLog).admin();
      await admin.connect();
      const { topics } = await admin.fetchTopicMetadata({ topics: [config.topic, config.dead_letter_topic] });
      expect(topics.map(({ partitions }) => partitions.length)).toEqual([12, 12]);
      await admin.deleteTopics({ topics: [config.topic, config.dead_letter_topic] });
      await admin.disconnect();
      await drop();
    },
    timeout_ms,
  );

  test(
    "a record that the topic does not take is named, and the others get through without it",
    async () => {
      const { brokers, topic, drop } = await kafka.createTopic();
      const sent: number[] = [];
      const hooks = {
        ...silentHooks,
        onMessagesSent: (_: string, counts: ReadonlyMap<string, number>) => sent.push(...counts.values()),
      };
      {
        await using log = openKafkaLog(testConfig(brokers, topic), { log: testLog, hooks });
        const records = [record(1, "a"), record(2, "b".repeat(9 * 1024 * 1024)), record(3, "c")];
        const refusal = await log.publish(records).catch((error: unknown) => error);
        expect(refusal).toBeInstanceOf(RecordTooLarge);
        expect(refusal).toMatchObject({ outbox_id: 2 });
        await log.publish(records.filter(({ outbox_id }) => outbox_id !== 2));
      }
      expect(sent).toContain(2);
      await drop();
    },
    timeout_ms,
  );

  test(
    "a dead letter keeps key and value byte for byte, and says why and from where",
    async () => {
      const { brokers, topic, drop } = await kafka.createTopic();
      const config = testConfig(brokers, topic);
      await using log = openKafkaLog(config, { log: testLog, hooks: silentHooks });
      const bytes = Buffer.from([0xff, 0x00, 0xfe]);
      const letter_sent = {
        record: { key: bytes, value: bytes, headers: { event_id: Buffer.from("e1") }, offset: "17" },
        topic,
        partition: 2,
        reason: "malformed_json",
        error: "not UTF-8",
        failed_at: "2026-11-23T09:30:00.000Z",
        attempts: 1,
      };
      // A topic that has just been made may not be known to its broker yet.
      await waitFor("the log to take the letter", () => log.publishDeadLetter(letter_sent).then(() => true), {
        interval_ms: 200,
      });
      const letters: ReceivedRecord[] = [];
      await using reader = openKafkaLog({ ...config, topic: config.dead_letter_topic }, { log: testLog, hooks: silentHooks });
      await reader.consume(async ({ records }) => void letters.push(...records));
      await waitFor("the dead letter", () => letters.length > 0);
      const [letter] = letters;
      expect(letter?.key).toEqual(bytes);
      expect(letter?.value).toEqual(bytes);
      expect(textOf(letter?.headers ?? {})).toEqual({
        event_id: "e1",
        dlq_reason: "malformed_json",
        dlq_error: "not UTF-8",
        dlq_source_topic: topic,
        dlq_source_partition: "2",
        dlq_source_offset: "17",
        dlq_failed_at: "2026-11-23T09:30:00.000Z",
        dlq_attempts: "1",
      });
      await drop();
    },
    timeout_ms,
  );

  test(
    "two consumers of a group share the partitions; a third of a one-partition topic stands by",
    async () => {
      const { brokers, topic, drop } = await kafka.createTopic({ partitions: 1 });
      const open = () => openKafkaLog(testConfig(brokers, topic), { log: testLog, hooks: silentHooks });
      await using first = open();
      await using second = open();
      await first.consume(async () => {});
      await second.consume(async () => {});
      await waitFor(
        "one up, one standby",
        async () => {
          const states = await Promise.all([first.check(), second.check()]);
          return (
            states
              .map(({ state }) => state)
              .sort()
              .join() === "standby,up"
          );
        },
        { timeout_ms: 30_000 },
      );
      await drop();
    },
    timeout_ms,
  );

  test(
    "events that expired before they were read are reported",
    async () => {
      const { brokers, topic, drop } = await kafka.createTopic({ partitions: 1 });
      const config = testConfig(brokers, topic);
      const missing: MissingHistory[] = [];
      {
        await using log = openKafkaLog(config, { log: testLog, hooks: silentHooks });
        await log.publish([record(1, "a"), record(2, "b"), record(3, "c")]);
      }
      const admin = createKafkaClient(config, testLog).admin();
      await admin.connect();
      // kafkajs deletes records only of a topic that it has looked up.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "2" }] });
      await admin.disconnect();
      await using log = openKafkaLog(config, {
        log: testLog,
        hooks: { ...silentHooks, onHistoryMissing: (one) => missing.push(one) },
      });
      const seen: string[] = [];
      await log.consume(async ({ records }) => void seen.push(...records.map(({ offset }) => offset)));
      await waitFor("the report and the last record", () => missing.length > 0 && seen.length > 0, { timeout_ms: 20_000 });
      expect(missing[0]).toEqual({ topic, partition: 0, oldest: "2", committed: null });
      expect(seen).toEqual(["2"]);
      await drop();
    },
    timeout_ms,
  );

  test(
    "a topic that is deleted is made again, by who publishes as well as by who consumes",
    async () => {
      const { brokers, topic, drop } = await kafka.createTopic();
      const config = testConfig(brokers, `${topic}-deleted`);
      await using log = openKafkaLog(config, { log: testLog, hooks: silentHooks });
      const client = createKafkaClient(config, testLog);
      const made = () => withAdmin(client, async (admin) => (await admin.listTopics()).includes(config.topic));
      await publishUntilTaken(log, record(1, "first"));
      await withAdmin(client, (admin) => admin.deleteTopics({ topics: [config.topic] }));
      // For a moment the broker still takes records for a topic that the controller has deleted, and loses them.
      await waitFor("the broker to hear of the deletion", async () => !(await made()));
      await publishUntilTaken(log, record(2, "second"));

      const seen: string[] = [];
      await log.consume(async ({ records }) => void seen.push(...records.map(({ value }) => String(value))));
      await waitFor("what is in the new topic", () => seen.length > 0, { timeout_ms: 20_000 });
      await withAdmin(client, (admin) => admin.deleteTopics({ topics: [config.topic] }));
      await waitFor("the consumer to make the topic", made, { timeout_ms: 30_000, interval_ms: 200 });
      await publishUntilTaken(log, record(3, "third"));
      await waitFor("what is in the newest topic", () => seen.includes("third"), { timeout_ms: 30_000 });
      expect(seen).toEqual(["second", "third"]);

      // One of them may be missing at this moment.
      await withAdmin(client, (admin) => admin.deleteTopics({ topics: [config.topic, config.dead_letter_topic] })).catch(
        () => {},
      );
      await drop();
    },
    timeout_ms,
  );

  test("with no Kafka there, opening and consuming do not wait, publishing rejects, and health says why", async () => {
    await using log = openKafkaLog(testConfig(["127.0.0.1:1"], "nowhere"), { log: testLog, hooks: silentHooks });
    await log.consume(async () => {});
    expect(await log.publish([record(1, "a")]).catch((error: unknown) => error)).toBeInstanceOf(Error);
    const state = await waitFor("the consumer's trouble", async () => {
      const now = await log.check();
      return now.state === "down" && now.detail !== "joining the consumer group" && now;
    });
    expect(state.detail).toContain("not usable");
  });
});

function record(outbox_id: number, value: string): EventRecord {
  return { outbox_id, key: "1", value, headers: { event_type: "article.created" } };
}

async function withAdmin<Result>(client: Kafka, work: (admin: Admin) => Promise<Result>): Promise<Result> {
  const admin = client.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** As the relay does: again and again. */
async function publishUntilTaken(log: EventLog, published: EventRecord): Promise<void> {
  const taken = () => log.publish([published]).then(() => true);
  await waitFor("the log to take the record", taken, { timeout_ms: 30_000, interval_ms: 200 });
}

function textOf(headers: Readonly<Record<string, Buffer>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.toString()]));
}
