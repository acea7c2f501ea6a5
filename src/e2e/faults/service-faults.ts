import type { Controls } from "../../testing/services.ts";
import { outage, type Scenario, told, toldByOneOf } from "./scenario.ts";
import { scrape } from "./scrape.ts";

const replicaStopped: Scenario = {
  name: "DB2 stopped for 20 s",
  told_by: "kafka_consumer_lag",
  equal_within_s: 20,
  async inject(context) {
    const { syncs, ground } = context.fleet;
    const replica = controlled(ground.replica.controls);
    await replica.stop();
    await Promise.all([
      outage(context, 20, 4),
      toldByOneOf("events that wait", syncs, (metrics) => metrics.sum("kafka_consumer_lag") > 0),
    ]);
    await replica.start();
  },
};

const primaryRestarted: Scenario = {
  name: "DB1 restarted",
  told_by: 'http_requests_total{status="503"}',
  equal_within_s: 20,
  async inject(context) {
    const { apis, ground } = context.fleet;
    const primary = controlled(ground.primary.controls);
    await primary.stop();
    await outage(context, 5, 1);
    await toldByOneOf("writes that were refused", apis, (metrics) => metrics.sum("http_requests_total", { status: "503" }) > 0);
    await primary.start();
  },
};

export const kafkaRestarted: Scenario = {
  name: "Kafka restarted",
  told_by: "kafka_message_send_errors_total",
  equal_within_s: 40,
  async inject(context) {
    const { apis, ground } = context.fleet;
    const kafka = controlled(ground.kafka.controls);
    const errors = await sendErrors(apis);
    await kafka.stop();
    await kafka.start();
    await toldByOneOf("failed sends", apis, (metrics) => metrics.sum("kafka_message_send_errors_total") > errors);
  },
};

const kafkaStopped: Scenario = {
  name: "Kafka stopped for 60 s: writes go on",
  told_by: "outbox_pending, outbox_oldest_age_seconds",
  equal_within_s: 40,
  async inject(context) {
    const { fleet, writer } = context;
    const [api] = fleet.apis;
    const kafka = controlled(fleet.ground.kafka.controls);
    await kafka.stop();
    await Promise.all([
      outage(context, 60, 4),
      writer.acknowledges(100),
      told("an outbox that grows old", api, (metrics) => {
        return metrics.sum("outbox_pending") >= 50 && metrics.sum("outbox_oldest_age_seconds") >= 3;
      }),
    ]);
    await kafka.start();
  },
};

const kafkaHangs: Scenario = {
  name: "the connection to Kafka hangs",
  told_by: 'outbox_oldest_age_seconds, kafka_message_send_errors_total{reason="timeout"}',
  equal_within_s: 40,
  async inject(context) {
    const { fleet, writer } = context;
    const { apis } = fleet;
    const { proxy } = fleet.ground.kafka;
    if (!proxy) throw new Error("This scenario needs a proxy before Kafka");
    const timeouts = await sendErrors(apis, "timeout");
    await proxy.setMode({ kind: "hang" });
    await Promise.all([
      outage(context, 20, 6),
      writer.acknowledges(100),
      told("an outbox that grows old", apis[0], (metrics) => metrics.sum("outbox_oldest_age_seconds") >= 3),
      toldByOneOf("sends without an answer", apis, (metrics) => {
        return metrics.sum("kafka_message_send_errors_total", { reason: "timeout" }) > timeouts;
      }),
    ]);
    await proxy.setMode({ kind: "forward" });
  },
};

/** The greatest count of one api. */
async function sendErrors(apis: readonly { readonly url: string }[], reason?: string): Promise<number> {
  const labels = reason === undefined ? {} : { reason };
  const scrapes = await Promise.all(apis.map(({ url }) => scrape(url)));
  return Math.max(...scrapes.map((metrics) => metrics.sum("kafka_message_send_errors_total", labels)));
}

function controlled(controls: Controls | undefined): Controls {
  if (!controls) throw new Error("This scenario needs a service of its own");
  return controls;
}

export const serviceFaults = [replicaStopped, primaryRestarted, kafkaRestarted, kafkaStopped, kafkaHangs] as const;
