import { AsyncLocalStorage } from "node:async_hooks";
import { type Context, type Link, ROOT_CONTEXT, type SpanContext } from "@opentelemetry/api";
import type { Origin, Origins } from "../store/origins.ts";
import { parent } from "./traceparent.ts";

/** The first is the parent of what is done, the others are linked to it. */
type Spans = readonly [SpanContext, ...SpanContext[]];

/** OpenTelemetry's own limit of a span's links, and the parent. */
const spans_max = 129;

/**
 * The spans that the statement being run belongs to. Only here is anything ambient: a store's functions take no request, and what is
 * explicit elsewhere would have to go through all of them. Measured under Bun: 2 % of a call of twenty awaits, nothing when off.
 */
export interface ActiveSpans extends Origins {
  run<Result>(spans: readonly SpanContext[], work: () => Result): Result;
  /** Where a span of the present work hangs; undefined when nobody traces that. */
  position(): { readonly parent: Context; readonly links: Link[] } | undefined;
}

export function createActiveSpans(): ActiveSpans {
  const active = new AsyncLocalStorage<Spans | undefined>();

  function run<Result>([first, ...others]: readonly SpanContext[], work: () => Result): Result {
    return active.run(first && [first, ...others.slice(0, spans_max - 1)], work);
  }

  return {
    run,
    current: () => active.getStore(),
    onBehalfOf(origins, work) {
      const spans = new Map(origins.flatMap(spansOf).map((span) => [span.spanId, span]));
      return run([...spans.values()], work);
    },
    position() {
      const [first, ...others] = active.getStore() ?? [];
      return (
        first && { parent: first === undefined ? ROOT_CONTEXT : parent(first), links: others.map((context) => ({ context })) }
      );
    },
  };

  function spansOf(origin: Origin | undefined): readonly SpanContext[] {
    return Array.isArray(origin) ? origin : [];
  }
}
