import type { Config } from "../config/config.ts";
import type { Logger } from "../platform/log.ts";
import { openDatabases } from "../roles/open-databases.ts";
import type { Database } from "../store/database.ts";

export interface CommandDatabases extends AsyncDisposable {
  /** Those that the configuration holds: the primary first. */
  readonly databases: readonly Database[];
}

/**
 * Opens the databases that a command works on, for this process alone where they are embedded.
 * Throws when another process holds the data folder; a server is first asked by the first query.
 */
export async function openCommandDatabases(config: Config, log: Logger): Promise<CommandDatabases> {
  const { primary, replica, ...opened } = await openDatabases(config, { application_name: "blog-command", log });
  return {
    databases: [primary, replica].filter((database) => database !== undefined),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}
