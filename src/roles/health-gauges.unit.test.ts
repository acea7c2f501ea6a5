import { expect, test } from "bun:test";
import { createMetrics } from "../metrics/metrics.ts";
import { type CheckResult, createHealth } from "../platform/health.ts";
import { waitFor } from "../testing/wait-for.ts";
import { watchHealth } from "./health-gauges.ts";

test("a scrape tells what is down, asks each check once, and waits for none that was asked lately", async () => {
  const metrics = createMetrics({ version: "1", commit: "c", bun: "b" });
  const health = createHealth({ role: "sync" });
  const told = () => metrics.registry.metrics();
  let asked = 0;
  const answering = (name: string, required: boolean, state: CheckResult["state"]) => ({
    name,
    required,
    async run() {
      asked++;
      return { state };
    },
  });
  health.watch([answering("replica", true, "up"), answering("event_log", false, "down"), answering("progress", true, "standby")]);
  health.enter("running");
  let now_ms = 0;
  watchHealth(metrics, "sync", health, () => now_ms);

  const first = await told();
  expect(first).toContain('service_ready{service="sync"} 1\n');
  expect(first).toContain('service_check_up{service="sync",check="replica"} 1\n');
  expect(first).toContain('service_check_up{service="sync",check="event_log"} 0\n');
  expect(first).toContain('service_check_up{service="sync",check="progress"} 1\n');
  expect(asked).toBe(3);

  const slow = Promise.withResolvers<CheckResult>();
  let history = slow.promise;
  health.watch([{ name: "history", required: true, run: () => history }]);
  expect(await told()).toContain('service_ready{service="sync"} 1\n');
  slow.resolve({ state: "down" });
  await waitFor("the look to end", async () => (await told()).includes('service_ready{service="sync"} 0\n'));

  history = Promise.resolve({ state: "up" });
  now_ms = 66_000;
  expect(await told(), "what was found too long ago is not told").toContain('service_ready{service="sync"} 1\n');
});
