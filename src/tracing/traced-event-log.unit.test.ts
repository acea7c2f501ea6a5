import { expect, test } from "bun:test";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { type BatchHandler, type EventLog, type EventRecord, RecordTooLarge } from "../article/event-log.ts";
import { recordingTracer } from "../testing/recording-tracer.ts";
import { createActiveSpans } from "./active-spans.ts";
import { traceEventLog } from "./traced-event-log.ts";

const trace_id = (n: number) => String(n).repeat(32);
const traceparent = (n: number, flags = "01") => `00-${trace_id(n)}-${"b".repeat(16)}-${flags}`;

function record(outbox_id: number, header?: string): EventRecord {
  const headers = { event_type: "article.created", ...(header !== undefined && { traceparent: header }) };
  return { outbox_id, key: "1", value: "canary", headers };
}

function open(publish: EventLog["publish"] = async () => {}) {
  const { tracer, spans } = recordingTracer();
  const active = createActiveSpans();
  const published: EventRecord[] = [];
  const consumer = Promise.withResolvers<BatchHandler>();
  const bare: EventLog = {
    async publish(records) {
      published.push(...records);
      await publish(records);
    },
    consume: async (handler) => consumer.resolve(handler),
    partitions: async () => 1,
    mark: async () => ({ behind: async () => 0 }),
    publishDeadLetter: async () => {},
    check: async () => ({ state: "up" }),
    progress: async () => [],
    unread: () => undefined,
    failed: new Promise<never>(() => {}),
    async [Symbol.asyncDispose]() {},
  };
  const tracers = { publish: tracer, apply: tracer };
  const eventLog = traceEventLog({ eventLog: bare, topic: "events", system: "kafka", tracers, active });
  const deliver = async (headers: readonly (string | undefined)[]) =>
    (await consumer.promise)({
      topic: "events",
      partition: 3,
      records: headers.map((header, n) => ({
        key: null,
        value: null,
        offset: String(n),
        headers: header === undefined ? {} : { traceparent: Buffer.from(header) },
      })),
      behind: 0,
      heartbeat: async () => {},
      signal: new AbortController().signal,
    });
  return { eventLog, published, spans, active, deliver };
}

test("each event that is published has a span in its own trace, and carries that span on", async () => {
  const { eventLog, published, spans } = open();
  await eventLog.publish([record(1, traceparent(1)), record(2, traceparent(2))]);
  expect(spans().map((span) => [span.name, span.kind, span.parentSpanContext?.spanId])).toEqual(
    Array(2).fill(["send events", SpanKind.PRODUCER, "b".repeat(16)]),
  );
  const sent = published.map(({ headers }) => headers["traceparent"]);
  expect(sent).toEqual(spans().map((span, n) => `00-${trace_id(n + 1)}-${span.spanContext().spanId}-01`));
  expect(published[0]).toMatchObject({ value: "canary", headers: { event_type: "article.created" } });
  expect(JSON.stringify(spans().map(({ attributes }) => attributes))).not.toContain("canary");
});

test("events without a trace, or with one that is not sampled, and replayed dead letters go as they are", async () => {
  const { eventLog, published, spans } = open();
  const replayed: EventRecord = { ...record(4), headers: { traceparent: Buffer.from(traceparent(4)) } };
  const records = [record(1), record(2, traceparent(2, "00")), record(3, "canary"), replayed];
  await eventLog.publish(records);
  expect(published).toEqual(records);
  expect(spans()).toEqual([]);
});

test("when one event is too large, those before it did not fail", async () => {
  const { eventLog, spans } = open(() => Promise.reject(new RecordTooLarge(2, "too large")));
  const records = [record(1, traceparent(1)), record(2, traceparent(2)), record(3, traceparent(3))];
  await expect(eventLog.publish(records)).rejects.toBeInstanceOf(RecordTooLarge);
  const { UNSET, ERROR } = SpanStatusCode;
  expect(spans().map(({ status }) => status.code)).toEqual([UNSET, ERROR, ERROR]);
});

test("each event that is applied has a span under what published it, and the statements belong to all of them", async () => {
  const { eventLog, spans, active, deliver } = open();
  let position: ReturnType<typeof active.position>;
  await eventLog.consume(async () => {
    position = active.position();
  });
  await deliver([traceparent(1), undefined, traceparent(2)]);
  expect(
    spans().map((span) => [span.name, span.kind, span.parentSpanContext?.traceId, span.attributes["messaging.kafka.offset"]]),
  ).toEqual([
    ["process events", SpanKind.CONSUMER, trace_id(1), 0],
    ["process events", SpanKind.CONSUMER, trace_id(2), 2],
  ]);
  expect(position?.links.map(({ context }) => context.spanId)).toEqual(
    spans()
      .slice(1)
      .map((span) => span.spanContext().spanId),
  );
});

test("a batch that fails fails its spans, and is told as before", async () => {
  const { eventLog, spans, deliver } = open();
  await eventLog.consume(() => Promise.reject(new Error("DB2 is away")));
  await expect(deliver([traceparent(1)])).rejects.toThrow("DB2 is away");
  expect(spans()[0]?.status.code).toBe(SpanStatusCode.ERROR);
});
