import { expect, test } from "bun:test";
import pino from "pino";
import { Registry } from "prom-client";
import { tracingHooks } from "./tracing-parts.ts";

test("a collector that is away is told of once a minute, and when it is back", async () => {
  const lines: unknown[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const registry = new Registry();
  let now_ms = 0;
  const hooks = tracingHooks({ registry }, log, () => now_ms);

  for (now_ms = 0; now_ms <= 60_000; now_ms += 1_000) hooks.onSpansLost(10, new Error("ECONNREFUSED"));
  // It takes one batch and loses the next: that is not over.
  hooks.onSpansExported(10);
  hooks.onSpansLost(10, new Error("ECONNREFUSED"));
  now_ms += 20_000;
  hooks.onSpansExported(10);
  hooks.onSpansExported(10);

  expect(lines).toMatchObject([
    { level: 40, lost: 10, error: "ECONNREFUSED" },
    { level: 40, lost: 610, error: "ECONNREFUSED" },
    { level: 30, lost: 620, msg: "spans are exported again" },
  ]);
  const metrics = await registry.metrics();
  expect(metrics).toContain('trace_spans_total{result="exported"} 30');
  expect(metrics).toContain('trace_spans_total{result="lost"} 620');
});
