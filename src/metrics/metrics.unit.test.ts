import { expect, test } from "bun:test";
import { join } from "node:path";
import { createMetrics } from "./metrics.ts";

const { registry } = createMetrics({ version: "1", commit: "c", bun: "b" });

test("of the process only what Bun answers truly is told", async () => {
  const text = await registry.metrics();
  expect(text).toMatch(/^process_cpu_seconds_total \d/m);
  expect(text).toMatch(/^process_resident_memory_bytes \d/m);
  expect(text).toMatch(/^nodejs_heap_size_used_bytes \d/m);
  expect(text).not.toMatch(/^nodejs_(eventloop|active|heap_space|heap_size_total|version)/m);
});

test("before the first event nothing claims that one was applied in 1970", async () => {
  expect(await registry.metrics()).not.toMatch(/^sync_last_applied_timestamp_seconds/m);
});

test.skipIf(process.platform !== "linux")("they do not wake an idle process", async () => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "idle.fixture.ts")], { stdout: "pipe", stderr: "inherit" });
  const times = Number(await new Response(child.stdout).text());
  expect(await child.exited).toBe(0);
  expect(times).toBeLessThan(50);
});
