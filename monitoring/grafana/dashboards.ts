import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { database } from "./database.ts";
import { gateway } from "./gateway.ts";
import { overview } from "./overview.ts";
import { replication } from "./replication.ts";
import { runbooks } from "./runbooks.ts";

/** Every dashboard, by the name of its file without `.json`. */
export function dashboards() {
  return {
    overview: overview(),
    replication: replication(),
    gateway: gateway(),
    database: database(),
    runbooks: runbooks(),
  } satisfies Record<string, Dashboard>;
}

/** Name and text of each file in `dashboards/`, as Grafana reads them. */
export function dashboardFiles(): ReadonlyMap<string, string> {
  const texts = Object.entries(dashboards()).map(
    ([name, built]) => [`${name}.json`, `${JSON.stringify(built, null, 2)}\n`] as const,
  );
  return new Map(texts);
}
