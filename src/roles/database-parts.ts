import type { DatabaseConfig } from "../config/config.ts";
import type { Check } from "../platform/health.ts";
import type { Database } from "../store/database.ts";
import { migrate } from "../store/migrate.ts";
import { checkSchema } from "../store/migration-state.ts";
import { migrations } from "../store/migrations.ts";
import { waitForDatabase } from "../store/wait-for-database.ts";
import { databaseHooks } from "./database-hooks.ts";
import { type Databases, openDatabases } from "./open-databases.ts";
import type { RoleContext } from "./role-context.ts";

/** Half of the connections to a database: searches take long, and the others shall not wait for them. */
export function searchesAtOnce(config: DatabaseConfig | undefined): number {
  return config?.kind === "postgres" ? Math.max(1, Math.floor(config.pool_max / 2)) : 1;
}

/** The databases of the configuration, with their metrics, and spans where they are exported. */
export function openRoleDatabases({ config, metrics, log, tracing }: RoleContext): Promise<Databases> {
  return openDatabases(config, {
    application_name: `blog-${config.roles.join("-")}`,
    log,
    hooksFor: (name) => databaseHooks(metrics, name),
    around: (database, of) => tracing?.database(database.name === "primary" ? "api" : "sync", database, of) ?? database,
  });
}

/** Thrown while starting, when the process is asked to stop before its services came. */
export class StoppedWhileStarting extends Error {
  override readonly name = "StoppedWhileStarting";
}

/** Waits until the database answers and its schema is this executable's. Throws StoppedWhileStarting. */
export async function prepareDatabase({ config, log, stop }: RoleContext, database: Database): Promise<void> {
  if (!(await waitForDatabase(database, stop, log))) throw new StoppedWhileStarting();
  const known = migrations[database.name];
  if (!config.migrate) return checkSchema(database, known);
  await migrate(database, known, { log, stop }).catch((error: unknown) => {
    throw stop.aborted ? new StoppedWhileStarting() : error;
  });
}

/** Within the time that a check has. */
const ping_timeout_ms = 800;

export function databaseCheck(database: Database): Check {
  return {
    name: database.name,
    required: true,
    async run() {
      // Given up in time, so that pings of a busy pool do not pile up in its queue.
      await database.query({ name: "ping", text: "SELECT 1" }, [], AbortSignal.timeout(ping_timeout_ms));
      return { state: "up" };
    },
  };
}
