import type { Database, Queryable } from "./database.ts";
import type { Migration } from "./migrations.ts";

/** What stands between a database's schema and this executable; the message says what to do. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
}

export interface MigrationState {
  readonly number: number;
  readonly name: string;
  /** `unknown`: applied by a newer executable. `changed`: applied with another text. */
  readonly state: "applied" | "pending" | "unknown" | "changed";
  /** As PostgreSQL writes it; null while pending. */
  readonly applied_at: string | null;
}

interface AppliedRow {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
  readonly applied_at: string;
}

/** Each migration that this executable or the database knows, by number. Changes nothing. */
export async function migrationStatus(database: Queryable, migrations: readonly Migration[]): Promise<readonly MigrationState[]> {
  const applied = new Map((await appliedMigrations(database)).map((row) => [row.number, row]));
  const known = migrations.map(({ number, name, checksum }): MigrationState => {
    const row = applied.get(number);
    if (row === undefined) return { number, name, state: "pending", applied_at: null };
    return { number, name, state: row.checksum === checksum ? "applied" : "changed", applied_at: row.applied_at };
  });
  const numbers = new Set(migrations.map(({ number }) => number));
  const unknown = [...applied.values()]
    .filter(({ number }) => !numbers.has(number))
    .map(({ number, name, applied_at }): MigrationState => ({ number, name, state: "unknown", applied_at }));
  return [...known, ...unknown].sort((a, b) => a.number - b.number);
}

/** Throws SchemaError when the schema is not exactly this executable's: for a start with BLOG_MIGRATE=off. */
export async function checkSchema(database: Database, migrations: readonly Migration[]): Promise<void> {
  const pending = pendingMigrations(database.name, await migrationStatus(database, migrations));
  if (pending.length === 0) return;
  const names = pending.map(({ name }) => name).join(", ");
  throw new SchemaError(
    `The ${database.name} database lacks ${names}: run \`blog migrate --target=${database.name}\`, or start with BLOG_MIGRATE=on.`,
  );
}

/** What is still to be applied; throws SchemaError when the database is not one that this executable may go on with. */
export function pendingMigrations(database: Database["name"], states: readonly MigrationState[]): readonly MigrationState[] {
  const changed = states.filter(({ state }) => state === "changed");
  if (changed.length > 0) {
    throw new SchemaError(
      `The ${database} database was made by another text of ${names(changed)} than this executable holds: ` +
        "the file was changed after it was applied, or this is another database (are DB1 and DB2 swapped?).",
    );
  }
  const unknown = states.filter(({ state }) => state === "unknown");
  if (unknown.length > 0) {
    const last = states.findLast(({ state }) => state !== "unknown");
    throw new SchemaError(
      `The ${database} database is newer than this executable ` +
        `(it has ${names(unknown)}; this knows up to ${last?.name ?? "none"}): upgrade the executable.`,
    );
  }
  return states.filter(({ state }) => state === "pending");
}

async function appliedMigrations(database: Queryable): Promise<readonly AppliedRow[]> {
  const { rows } = await database.query<{ exists: boolean }>({
    text: "SELECT to_regclass('blog_migrations') IS NOT NULL AS exists",
  });
  if (rows[0]?.exists !== true) return [];
  const applied = await database.query<AppliedRow>({ text: "SELECT number, name, checksum, applied_at FROM blog_migrations" });
  return applied.rows;
}

function names(states: readonly MigrationState[]): string {
  return states.map(({ name }) => name).join(", ");
}
