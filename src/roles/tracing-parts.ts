import { Counter } from "prom-client";
import type { TracingConfig } from "../config/config.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Logger } from "../platform/log.ts";
import type { TracingHooks } from "../tracing/hooks.ts";
import type { Tracing } from "../tracing/open-tracing.ts";
import { buildInfo } from "./build-info.ts";

interface ProcessParts {
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** OpenTelemetry's SDK is loaded here, and only when spans are to go somewhere: a process without costs neither its time nor its memory. */
export async function openProcessTracing(config: TracingConfig, { metrics, log }: ProcessParts): Promise<Tracing> {
  const { openTracing } = await import("../tracing/open-tracing.ts");
  log.info({ endpoint: config.endpoint, sampler: config.sampler }, "spans are exported");
  return openTracing({ config, version: buildInfo.version, hooks: tracingHooks(metrics, log) });
}

/** Often enough to be seen, and no more: a collector that is away for a day makes 1,440 lines, not one for each batch. */
const told_every_ms = 60_000;
/** One that takes some and loses others is not told as well between the two. */
const well_after_ms = 10_000;

/** Metric and log line together. Told are the first loss, once a minute what was lost until then, and that it is over. */
export function tracingHooks(
  { registry }: Pick<Metrics, "registry">,
  log: Logger,
  now_ms = () => performance.now(),
): TracingHooks {
  const spans = new Counter({
    name: "trace_spans_total",
    help: "Spans that the OpenTelemetry collector took, and those that were lost",
    labelNames: ["result"],
    registers: [registry],
  });
  let lost = 0;
  let lost_ms = 0;
  let told_ms: number | undefined;

  return {
    onSpansExported(count) {
      spans.labels("exported").inc(count);
      if (told_ms === undefined || now_ms() - lost_ms < well_after_ms) return;
      log.info({ lost }, "spans are exported again");
      told_ms = undefined;
      lost = 0;
    },
    onSpansLost(count, error) {
      spans.labels("lost").inc(count);
      lost += count;
      lost_ms = now_ms();
      if (told_ms !== undefined && lost_ms - told_ms < told_every_ms) return;
      told_ms = lost_ms;
      log.warn(
        { lost, error: error.message },
        "spans are lost: the OpenTelemetry collector does not take them; nothing else waits for it",
      );
    },
  };
}
