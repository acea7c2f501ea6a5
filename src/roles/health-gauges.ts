import type { Metrics } from "../metrics/metrics.ts";
import type { Health, HealthReport } from "../platform/health.ts";
import { singleFlight } from "../platform/single-flight.ts";

// `role` is a label of the target, which says all where several roles are in one process.
const ready_gauge = {
  name: "service_ready",
  help: "1 while this role of the process is ready, else 0",
  label_names: ["service"],
};

const check_gauge = {
  name: "service_check_up",
  help: "0 while what this role of the process depends on is down, else 1",
  label_names: ["service", "check"],
};

/** Longer than between two scrapes. */
const known_for_ms = 65_000;

/**
 * What /api/v1/health says of a role, as gauges. A scrape tells what was found at the one before, unless that is too long ago, and has
 * a new look begin: the checks ask other machines, and whoever scrapes should not wait for those.
 */
export function watchHealth(
  metrics: Metrics,
  service: string,
  health: Pick<Health, "report">,
  now_ms: () => number = () => performance.now(),
): void {
  let known: { readonly report: HealthReport; readonly at_ms: number } | undefined;

  const look = singleFlight(async () => {
    // What the checks ask of the databases must not show in the gauges of their pools, which this scrape reads as well.
    await new Promise(setImmediate);
    const report = await health.report();
    known = { report, at_ms: now_ms() };
    return report;
  });

  function lately(): HealthReport | Promise<HealthReport> {
    const looking = look();
    return known !== undefined && now_ms() - known.at_ms < known_for_ms ? known.report : looking;
  }

  metrics.sample(ready_gauge, async () => {
    const { status } = await lately();
    return [{ labels: { service }, value: status === "ready" ? 1 : 0 }];
  });
  metrics.sample(check_gauge, async () => {
    const { checks } = await lately();
    return Object.entries(checks).map(([check, { state }]) => ({ labels: { service, check }, value: state === "down" ? 0 : 1 }));
  });
}
