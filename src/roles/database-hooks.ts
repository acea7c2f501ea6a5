import type { Metrics } from "../metrics/metrics.ts";
import type { Database } from "../store/database.ts";
import type { DatabaseHooks } from "../store/database-hooks.ts";

export function databaseHooks(metrics: Metrics, name: Database["name"]): DatabaseHooks {
  return {
    onQueryFinished(query, duration_ms, ok) {
      const label = familyOf(query);
      metrics.database.queries.labels(name, label, ok ? "ok" : "error").inc();
      metrics.database.duration.labels(name, label).observe(duration_ms / 1000);
    },
  };
}

/** A statement made for one shape of a list carries a hash behind its family: `list:5f3a` counts as `list`. */
function familyOf(name: string): string {
  const colon = name.indexOf(":");
  return colon === -1 ? name : name.slice(0, colon);
}

const pool_gauge = {
  name: "db_pool_connections",
  help: "Connections of the pool by state, and callers waiting for one",
  label_names: ["database", "state"],
};

export function watchPool(metrics: Metrics, database: Database): void {
  metrics.sample(pool_gauge, async () => {
    const { used, idle, waiting } = database.poolState();
    return Object.entries({ used, idle, waiting }).map(([state, value]) => ({
      labels: { database: database.name, state },
      value,
    }));
  });
}
