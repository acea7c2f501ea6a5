import { Registry } from "prom-client";
import { collectProcessMetrics } from "./process-metrics.ts";

/** How often a process that only has these metrics wakes up within a second of doing nothing. */
collectProcessMetrics(new Registry());
await Bun.sleep(500);
const before = process.resourceUsage().voluntaryContextSwitches;
await Bun.sleep(1_000);
process.stdout.write(String(process.resourceUsage().voluntaryContextSwitches - before));
