import type { Context } from "@opentelemetry/api";
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type Span,
  type SpanExporter,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace";
import type { TracingHooks } from "./hooks.ts";

/** ExportResultCode of OpenTelemetry's core, which is no dependency of ours. */
const success = 0;

/** At 0.3 kB each it holds under a megabyte; what comes while it is full is dropped, and counted. */
const queue_spans_max = 2_048;
/** Written as protobuf in one go, without a break for requests: 512, the default, took 5 to 10 ms. */
const batch_spans_max = 128;

export interface SpanQueueParts {
  readonly exporter: SpanExporter;
  /** Of one batch, all attempts together. */
  readonly timeout_ms: number;
  /** A batch that is not full goes after this. */
  readonly wait_max_ms: number;
  readonly hooks: TracingHooks;
}

/** Hands ended spans to `exporter` in batches, one after another. Never waits, never throws, and tells what becomes of each span. */
export function createSpanQueue({ exporter, timeout_ms, wait_max_ms, hooks }: SpanQueueParts): SpanProcessor {
  let queued = 0;

  const told: SpanExporter = {
    export(spans: ReadableSpan[], done) {
      queued -= spans.length;
      let over = false;
      const finish = (error: Error | undefined) => {
        if (over) return;
        over = true;
        clearTimeout(late);
        if (error === undefined) hooks.onSpansExported(spans.length);
        else hooks.onSpansLost(spans.length, error);
        // What could not be exported is not exported again: success or not, the queue goes on.
        done({ code: success });
      };
      // The exporter's own time-out begins anew with each byte of an answer.
      const late = setTimeout(() => finish(new Error("the collector does not come to an end")), 2 * timeout_ms);
      late.unref();
      exporter.export(spans, ({ code, error }) =>
        finish(code === success ? undefined : (error ?? new Error("the collector did not take them"))),
      );
    },
    shutdown: () => exporter.shutdown(),
  };
  const batches = new BatchSpanProcessor({
    exporter: told,
    maxQueueSize: queue_spans_max,
    maxExportBatchSize: batch_spans_max,
    scheduledDelayMillis: wait_max_ms,
    // Only the net below: an export ends before.
    exportTimeoutMillis: 3 * timeout_ms,
  });

  return {
    onStart(span: Span, parent: Context) {
      batches.onStart(span, parent);
    },
    onEnd(span) {
      if (queued >= queue_spans_max) return hooks.onSpansLost(1, queueFull);
      queued++;
      batches.onEnd(span);
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown(),
  };
}

const queueFull = new Error("more spans come than the collector takes");
