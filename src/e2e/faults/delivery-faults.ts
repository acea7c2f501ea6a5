import { waitFor } from "../../testing/wait-for.ts";
import type { Fleet } from "./fleet.ts";
import { patience_ms, type Scenario, toldByOneOf } from "./scenario.ts";
import { type Scrape, scrape } from "./scrape.ts";
import type { TopicRecord } from "./topic.ts";

/** The control: without it nobody would know that the others see what their fault did. */
export const nothingBroken: Scenario = {
  name: "nothing is broken: each event once, in order, from one relay",
  told_by: "-",
  equal_within_s: 5,
  async inject({ writer }) {
    await writer.acknowledges(100);
  },
  async check({ topic }, began_at) {
    const records = await topic.read();
    return orderComplaints(records.filter(({ partition, offset }) => offset >= (began_at.get(partition) ?? 0)));
  },
};

export const topicRepeated: Scenario = {
  name: "the whole topic once more, shuffled, and once more, backwards",
  told_by: 'kafka_messages_consumed_total{result="stale"}',
  equal_within_s: 30,
  async inject({ fleet, writer, random }) {
    const { topic, syncs } = fleet;
    const stale = await staleEvents(fleet);
    const records = await topic.read();
    await topic.repeat(random.sample(records, records.length));
    await writer.acknowledges(20);
    await topic.repeat([...records].reverse());
    const isTold = (metrics: Scrape) => metrics.sum("kafka_messages_consumed_total", { result: "stale" }) > stale;
    await toldByOneOf("events that change nothing", syncs, isTold, 10_000);
  },
};

/** kafkajs counts its sequence back after a failed send, and the broker drops what comes next under the same numbers. */
export const answerSwallowed: Scenario = {
  name: "a produce whose answer is swallowed",
  told_by: "kafka_message_send_errors_total",
  equal_within_s: 40,
  async inject({ fleet, writer }) {
    const { topic, apis } = fleet;
    const { proxy } = fleet.ground.kafka;
    if (!proxy) throw new Error("This scenario needs a proxy before Kafka");
    const errors = await Promise.all(apis.map(async ({ url }) => (await scrape(url)).sum("kafka_message_send_errors_total")));
    const before = total(await topic.ends());
    await proxy.setMode({ kind: "swallow" });
    await waitFor("a produce to arrive", async () => total(await topic.ends()) > before, { timeout_ms: patience_ms });
    await toldByOneOf("a failed send", apis, (metrics) => {
      return metrics.sum("kafka_message_send_errors_total") > Math.min(...errors);
    });
    await proxy.setMode({ kind: "forward" });
    await writer.burst(100);
  },
};

async function staleEvents({ syncs }: Fleet): Promise<number> {
  const scrapes = await Promise.all(syncs.map(({ url }) => scrape(url)));
  return Math.max(...scrapes.map((metrics) => metrics.sum("kafka_messages_consumed_total", { result: "stale" })));
}

function total(ends: ReadonlyMap<number, number>): number {
  return [...ends.values()].reduce((sum, end) => sum + end, 0);
}

function orderComplaints(records: readonly TopicRecord[]): readonly string[] {
  const versions = new Map<string, number>();
  return records.flatMap(({ key, value, headers, partition, offset }) => {
    const event: { data: { version?: number } } = JSON.parse(String(value));
    const { version } = event.data;
    // Views carry a count, and no version.
    if (version === undefined || headers["event_type"] === "article.viewed") return [];
    const article = String(key);
    const before = versions.get(article) ?? 0;
    versions.set(article, Math.max(before, version));
    return version > before ? [] : [`article ${article}: version ${version} at ${partition}-${offset} comes after ${before}`];
  });
}

export const deliveryFaults = [nothingBroken, topicRepeated, answerSwallowed] as const;
