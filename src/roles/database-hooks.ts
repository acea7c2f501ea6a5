import type { Metrics } from "../metrics/metrics.ts";
import type { Database } from "../store/database.ts";
import type { DatabaseHooks } from "../store/database-hooks.ts";

export function databaseHooks(metrics: Metrics, name: Database["name"]): DatabaseHooks {
  return {
    onQueryFinished(kind, duration_ms, ok) {
      metrics.database.queries.labels(name, kind, ok ? "ok" : "error").inc();
      metrics.database.duration.labels(name, kind).observe(duration_ms / 1000);
    },
    // Else a database that is away would show no failures.
    onConnectionMissed() {
      metrics.database.queries.labels(name, "connect", "error").inc();
    },
  };
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
