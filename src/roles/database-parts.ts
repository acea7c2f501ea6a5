import type { DatabaseConfig, EmbeddedDatabaseConfig } from "../config/config.ts";
import { type DataFolder, openDataFolder } from "../embedded/data-folder.ts";
import { openEmbeddedDatabases } from "../embedded/embedded-databases.ts";
import type { Check } from "../platform/health.ts";
import type { Database } from "../store/database.ts";
import { migrate } from "../store/migrate.ts";
import { checkSchema } from "../store/migration-state.ts";
import { migrations } from "../store/migrations.ts";
import { openPostgres } from "../store/postgres.ts";
import { waitForDatabase } from "../store/wait-for-database.ts";
import { databaseHooks } from "./database-hooks.ts";
import type { RoleContext } from "./role-context.ts";

export interface Databases extends AsyncDisposable {
  readonly primary?: Database;
  readonly replica?: Database;
  /** The locked data folder, when the databases are embedded. */
  readonly folder?: DataFolder;
}

/** Half of the connections to a database: searches take long, and the others shall not wait for them. */
export function searchesAtOnce(config: DatabaseConfig | undefined): number {
  return config?.kind === "postgres" ? Math.max(1, Math.floor(config.pool_max / 2)) : 1;
}

/** Opens the databases that the configuration names. Real ones connect when first asked, embedded ones at once. */
export async function openDatabases(context: RoleContext, application_name: string): Promise<Databases> {
  const { primary, replica } = context.config;
  if (primary?.kind === "pglite") return openEmbedded(context, primary);
  if (replica?.kind === "pglite") return openEmbedded(context, replica);

  const open = (name: Database["name"], config: Exclude<DatabaseConfig, EmbeddedDatabaseConfig>) => {
    const hooks = databaseHooks(context.metrics, name);
    return traced(context, config, stack.use(openPostgres(config, { name, application_name, log: context.log, hooks })));
  };
  const stack = new AsyncDisposableStack();
  return {
    ...(primary && { primary: open("primary", primary) }),
    ...(replica && { replica: open("replica", replica) }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function openEmbedded(context: RoleContext, config: EmbeddedDatabaseConfig): Promise<Databases> {
  const { metrics } = context;
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(openDataFolder(config.data_dir));
  const hooks = { primary: databaseHooks(metrics, "primary"), replica: databaseHooks(metrics, "replica") };
  const { primary, replica } = stack.use(await openEmbeddedDatabases(folder, hooks));
  const parts = stack.move();
  return {
    primary: traced(context, config, primary),
    replica: traced(context, config, replica),
    folder,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

function traced({ tracing }: RoleContext, config: DatabaseConfig, database: Database): Database {
  return tracing?.database(database.name === "primary" ? "api" : "sync", database, config) ?? database;
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
