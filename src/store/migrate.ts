import { AppError } from "../article/errors.ts";
import type { Logger } from "../platform/log.ts";
import type { Database, Queryable } from "./database.ts";
import { migrationStatus, pendingMigrations } from "./migration-state.ts";
import type { Migration } from "./migrations.ts";
import { sqlState } from "./sql-errors.ts";

/** Any number that nobody else takes: "blog" in ASCII. */
const migration_lock = 0x626c6f67;
/** A migration that waits for a table keeps everyone behind it waiting too: better to let go and try again. */
const lock_timeout_ms = 5_000;
/** An index over millions of articles takes minutes. */
const statement_timeout_ms = 30 * 60_000;
/** Ten minutes: longer than a migration of a big table should take. */
const attempts_max = 120;

/**
 * Applies what is pending, all or nothing, in one transaction under an advisory lock: any number of processes may start at once.
 * Answers the names of what it applied. Throws SchemaError for a database that is newer or whose migrations were changed, AppError
 * `unavailable` when another process held the lock too long.
 */
export async function migrate(
  database: Database,
  migrations: readonly Migration[],
  { log, stop }: { readonly log: Logger; readonly stop?: AbortSignal },
): Promise<readonly string[]> {
  // A user without rights to create tables can still start on a schema that fits.
  if (pendingMigrations(database.name, await migrationStatus(database, migrations)).length === 0) return [];
  for (let attempt = 1; ; attempt++) {
    try {
      const applied = await database.withTransaction((tx) => applyPending(tx, database.name, migrations), {
        lock_timeout_ms,
        statement_timeout_ms,
      });
      for (const name of applied) log.info({ database: database.name, migration: name }, "migration applied");
      return applied;
    } catch (error) {
      if (sqlState(error) !== "55P03" || stop?.aborted) throw error;
      if (attempt === attempts_max) {
        throw new AppError("unavailable", `The ${database.name} database could not be migrated: its locks are held.`, {
          cause: error,
        });
      }
      log.info({ database: database.name }, "waiting to migrate: another process holds a lock");
    }
  }
}

async function applyPending(tx: Queryable, name: Database["name"], migrations: readonly Migration[]): Promise<string[]> {
  await tx.query({ text: `SELECT pg_advisory_xact_lock(${migration_lock})` });
  await tx.query({
    text: `CREATE TABLE IF NOT EXISTS blog_migrations (
      number int PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
    )`,
  });
  // Once more, now that nobody else migrates.
  const pending = new Set(pendingMigrations(name, await migrationStatus(tx, migrations)).map(({ number }) => number));
  const applied: string[] = [];
  for (const migration of migrations) {
    if (!pending.has(migration.number)) continue;
    for (const text of migration.statements) await tx.query({ text });
    await tx.query(
      {
        text: "INSERT INTO blog_migrations (number, name, checksum) VALUES ($1, $2, $3)",
      },
      [migration.number, migration.name, migration.checksum],
    );
    applied.push(migration.name);
  }
  return applied;
}
