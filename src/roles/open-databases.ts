import type { Config, DatabaseConfig } from "../config/config.ts";
import { type DataFolder, openDataFolder } from "../embedded/data-folder.ts";
import { openEmbeddedDatabases } from "../embedded/embedded-databases.ts";
import type { Logger } from "../platform/log.ts";
import type { Database } from "../store/database.ts";
import type { DatabaseHooks } from "../store/database-hooks.ts";
import { openPostgres } from "../store/postgres.ts";

/** Those that the configuration names. */
export interface Databases extends AsyncDisposable {
  readonly primary?: Database;
  readonly replica?: Database;
  /** The locked data folder, when the databases are embedded. */
  readonly folder?: DataFolder;
}

export interface OpenDatabasesOptions {
  /** To be seen in pg_stat_activity. */
  readonly application_name: string;
  readonly log: Logger;
  hooksFor?(name: Database["name"]): DatabaseHooks;
  /** Puts something around each, such as spans. */
  around?(database: Database, config: DatabaseConfig): Database;
}

/**
 * Opens the databases that the configuration names. Real ones connect when first asked, embedded ones at once, for this process alone:
 * throws when another holds the data folder.
 */
export async function openDatabases(config: Pick<Config, Database["name"]>, options: OpenDatabasesOptions): Promise<Databases> {
  const { application_name, log, hooksFor = () => ({}), around = (database) => database } = options;
  await using stack = new AsyncDisposableStack();
  const embedded = [config.primary, config.replica].find((database) => database?.kind === "pglite");
  const folder = embedded && stack.use(openDataFolder(embedded.data_dir));
  const inFolder =
    folder && stack.use(await openEmbeddedDatabases(folder, { primary: hooksFor("primary"), replica: hooksFor("replica") }));

  function open(name: Database["name"]): Partial<Record<Database["name"], Database>> {
    const named = config[name];
    if (named === undefined) return {};
    if (named.kind !== "pglite") {
      return { [name]: around(stack.use(openPostgres(named, { name, application_name, log, hooks: hooksFor(name) })), named) };
    }
    return inFolder === undefined ? {} : { [name]: around(inFolder[name], named) };
  }

  const databases = { ...open("primary"), ...open("replica"), ...(folder && { folder }) };
  const opened = stack.move();
  return { ...databases, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
