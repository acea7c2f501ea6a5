import { type Attributes, type Span, SpanKind, SpanStatusCode, type Tracer } from "@opentelemetry/api";
import { ATTR_ERROR_TYPE } from "@opentelemetry/semantic-conventions";
import { type BatchHandler, type EventLog, type EventRecord, RecordTooLarge } from "../article/event-log.ts";
import type { ActiveSpans } from "./active-spans.ts";
import { messaging } from "./attributes.ts";
import { errorTypeOf } from "./error-type.ts";
import { parentIn, traceparentOf } from "./traceparent.ts";

export interface TracedEventLogParts {
  readonly eventLog: EventLog;
  readonly topic: string;
  readonly system: "kafka" | "in-process";
  /** Of who publishes, and of who applies. */
  readonly tracers: { readonly publish: Tracer; readonly apply: Tracer };
  readonly active: ActiveSpans;
}

/**
 * `eventLog` with a producer span for each event that is published, from its turn until the log has it, and a consumer span for each
 * that is applied, until DB2 has it. A span continues the trace in the event's header; an event without one has none.
 */
export function traceEventLog({ eventLog, topic, system, tracers, active }: TracedEventLogParts): EventLog {
  const common = { [messaging.system]: system, [messaging.destination]: topic };

  function started(tracer: Tracer, operation: "send" | "process", traceparent: string | undefined, more: Attributes = {}) {
    const parent = parentIn(traceparent);
    if (parent === undefined) return undefined;
    const kind = operation === "send" ? SpanKind.PRODUCER : SpanKind.CONSUMER;
    const attributes = { ...common, [messaging.operation]: operation, [messaging.operation_type]: operation, ...more };
    const span = tracer.startSpan(`${operation} ${topic}`, { kind, attributes }, parent);
    return span.isRecording() ? span : undefined;
  }

  async function publish(records: readonly EventRecord[]): Promise<void> {
    const spans = records.map(({ headers: { traceparent } }) =>
      // Bytes are those of a dead letter, which is replayed as it came.
      typeof traceparent === "string" ? started(tracers.publish, "send", traceparent) : undefined,
    );
    if (spans.every((span) => span === undefined)) return eventLog.publish(records);
    const continued = records.map((record, index) => {
      const span = spans[index];
      return span === undefined ? record : { ...record, headers: { ...record.headers, traceparent: traceparentOf(span) } };
    });
    try {
      await eventLog.publish(continued);
      end(spans);
    } catch (error) {
      // Those before the one that is too large are in the log.
      const refused = error instanceof RecordTooLarge ? records.findIndex((record) => record.outbox_id === error.outbox_id) : 0;
      end(spans.slice(0, refused));
      end(spans.slice(Math.max(0, refused)), error);
      throw error;
    }
  }

  function applying(handler: BatchHandler): BatchHandler {
    return async (batch) => {
      const spans = batch.records.flatMap(({ headers, offset }) => {
        const place = { [messaging.partition]: String(batch.partition), [messaging.offset]: Number(offset) };
        return started(tracers.apply, "process", headers["traceparent"]?.toString(), place) ?? [];
      });
      if (spans.length === 0) return handler(batch);
      try {
        await active.run(
          spans.map((span) => span.spanContext()),
          () => handler(batch),
        );
        end(spans);
      } catch (error) {
        end(spans, error);
        throw error;
      }
    };
  }

  return {
    ...eventLog,
    publish,
    consume: (handler, options) => eventLog.consume(applying(handler), options),
  };
}

function end(spans: readonly (Span | undefined)[], error?: unknown): void {
  for (const span of spans) {
    if (error !== undefined) {
      span?.setAttribute(ATTR_ERROR_TYPE, errorTypeOf(error));
      span?.setStatus({ code: SpanStatusCode.ERROR });
    }
    span?.end();
  }
}
