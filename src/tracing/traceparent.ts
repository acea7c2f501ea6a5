import { type Context, ROOT_CONTEXT, type Span, type SpanContext, trace } from "@opentelemetry/api";
import { isTraceparent } from "../platform/trace.ts";

/** The span that a `traceparent` names, as the parent of another; undefined when it names none. */
export function parentIn(traceparent: string | null | undefined): Context | undefined {
  if (traceparent === null || traceparent === undefined || !isTraceparent(traceparent)) return undefined;
  return parent({
    traceId: traceparent.slice(3, 35),
    spanId: traceparent.slice(36, 52),
    traceFlags: Number.parseInt(traceparent.slice(53, 55), 16),
    isRemote: true,
  });
}

export function parent(context: SpanContext): Context {
  return trace.setSpanContext(ROOT_CONTEXT, context);
}

/** W3C Trace Context, level 1: what whoever continues from `span` is told. */
export function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}
