import type { Config, PostgresConfig } from "../config/config.ts";
import { openDataFolder } from "../embedded/data-folder.ts";
import { openEmbeddedDatabases } from "../embedded/embedded-databases.ts";
import type { Logger } from "../platform/log.ts";
import type { Database } from "../store/database.ts";
import { openPostgres } from "../store/postgres.ts";

export interface OpenDatabases extends AsyncDisposable {
  /** Those that the configuration holds: the primary first. */
  readonly databases: readonly Database[];
}

/**
 * Opens the databases that a command works on, for this process alone where they are embedded.
 * Throws when another process holds the data folder; a server is first asked by the first query.
 */
export async function openDatabases(config: Config, log: Logger): Promise<OpenDatabases> {
  await using parts = new AsyncDisposableStack();
  const databases: Database[] = [];
  const embedded = [config.primary, config.replica].find((database) => database?.kind === "pglite");
  if (embedded?.kind === "pglite") {
    const folder = parts.use(openDataFolder(embedded.data_dir));
    const { primary, replica } = parts.use(await openEmbeddedDatabases(folder));
    if (config.primary) databases.push(primary);
    if (config.replica) databases.push(replica);
  }
  const add = (database: Database) => void databases.push(parts.use(database));
  if (config.primary?.kind === "postgres") add(openServer(config.primary, "primary", log));
  if (config.replica?.kind === "postgres") add(openServer(config.replica, "replica", log));
  const opened = parts.move();
  return { databases, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

function openServer(config: PostgresConfig, name: Database["name"], log: Logger): Database {
  return openPostgres(config, { name, application_name: "blog-command", log });
}
