import { expect, test } from "bun:test";
import type { EventLog, EventRecord } from "../article/event-log.ts";
import { describeWith, kafka } from "../testing/services.ts";
import { waitFor } from "../testing/wait-for.ts";
import { silentHooks } from "./hooks.ts";
import { openKafkaLog } from "./kafka-log.ts";
import { testConfig, testLog } from "./test-log.ts";

const timeout_ms = 180_000;

describeWith([kafka], "the event log, when the broker is at fault", () => {
  test(
    "what is published again after a restart or a silence of the broker all arrives, in order, and the consumer goes on by itself",
    async () => {
      await using broker = await kafka.startOwn();
      const config = testConfig(broker.brokers, "faults");
      await using publisher = openKafkaLog(config, { log: testLog, hooks: silentHooks });
      await using consumer = openKafkaLog(config, { log: testLog, hooks: silentHooks });
      const seen: number[] = [];
      await consumer.consume(async ({ records }) => {
        for (const { headers } of records) {
          const id = Number(headers["event_id"]?.toString());
          if (!seen.includes(id)) seen.push(id);
        }
      });
      let last = 0;
      const publishSome = async () => {
        const records = Array.from({ length: 20 }, () => record(++last));
        await publish(publisher, records);
      };
      const expectAll = async () => {
        await waitFor(`event ${last}`, () => seen.length === last, { timeout_ms: 60_000 });
        expect(seen).toEqual(Array.from({ length: last }, (_, index) => index + 1));
      };

      await publishSome();
      await expectAll();

      await broker.pause();
      const unanswered = await publisher.publish([record(++last)]).catch((error: unknown) => error);
      expect(unanswered).toBeInstanceOf(Error);
      await broker.resume();
      // The next batch is another one: kafkajs's own producer would now lose it.
      await publish(publisher, [record(last), record(++last)]);
      await publishSome();
      await expectAll();

      await broker.stop();
      expect(await publisher.publish([record(last + 1)]).catch((error: unknown) => error)).toBeInstanceOf(Error);
      await waitFor("health to say so", async () => (await consumer.check()).state === "down", { timeout_ms: 30_000 });
      await broker.start();
      await publishSome();
      await expectAll();
      await waitFor("health to recover", async () => (await consumer.check()).state === "up", { timeout_ms: 30_000 });
    },
    timeout_ms,
  );
});

function record(id: number): EventRecord {
  return {
    outbox_id: id,
    key: "1",
    value: JSON.stringify({ id }),
    headers: { event_type: "article.created", event_id: String(id) },
  };
}

/** As the relay does: the same again, until the log has it. */
async function publish(log: EventLog, records: readonly EventRecord[]): Promise<void> {
  await waitFor("the log to take the records", () => log.publish(records).then(() => true), {
    timeout_ms: 60_000,
    interval_ms: 200,
  });
}
