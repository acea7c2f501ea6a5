import { expect, test } from "bun:test";
import type { EventLog, EventRecord } from "../article/event-log.ts";
import { pause } from "../platform/deadline.ts";
import { describeWith, kafka } from "../testing/services.ts";
import { waitFor } from "../testing/wait-for.ts";
import { createKafkaClient } from "./client.ts";
import { silentHooks } from "./hooks.ts";
import { openKafkaLog } from "./kafka-log.ts";
import { testConfig, testLog } from "./test-log.ts";

/** Longer than a request to a broker that does not answer, so that the consumer that is joining is given up. */
const silence_ms = 7_000;

describeWith([kafka], "a consumer whose broker falls silent while it joins", () => {
  test("leaves no other behind, which would keep partitions that nobody reads", async () => {
    await using broker = await kafka.startOwn();
    const config = testConfig(broker.brokers, "silent");
    await using log = openKafkaLog(config, { log: testLog, hooks: silentHooks });
    // The topics are made before, so that the silence meets the consumer and nothing else.
    await waitFor("the topic", () => log.partitions(), { timeout_ms: 30_000, interval_ms: 200 });

    await broker.pause();
    const received = new Set<string>();
    await log.consume(async ({ records }) => {
      for (const { key } of records) received.add(String(key));
    });
    await pause(silence_ms);
    await broker.resume();

    await publish(
      log,
      Array.from({ length: 100 }, (_, index) => record(index + 1)),
    );
    await waitFor("every key", () => received.size === 100, { timeout_ms: 30_000 });
    const admin = createKafkaClient(config, testLog).admin();
    await admin.connect();
    const { groups } = await admin.describeGroups([config.group_id]);
    await admin.disconnect();
    expect(groups.map(({ members }) => members.length)).toEqual([1]);
  });
});

function record(id: number): EventRecord {
  return { outbox_id: id, key: String(id), value: "{}", headers: { event_type: "article.created" } };
}

/** As the relay does: the same again, until the log has it. */
async function publish(log: EventLog, records: readonly EventRecord[]): Promise<void> {
  await waitFor("the log to take the records", () => log.publish(records).then(() => true), {
    timeout_ms: 30_000,
    interval_ms: 200,
  });
}
