import { type Static, Type } from "@sinclair/typebox";
import type { Logger } from "../platform/log.ts";
import type { Database } from "../store/database.ts";
import { migrate } from "../store/migrate.ts";
import { migrationStatus } from "../store/migration-state.ts";
import { migrations } from "../store/migrations.ts";

export const MigrateArgsSchema = Type.Object({
  databases: Type.Array(Type.Union([Type.Literal("primary"), Type.Literal("replica")])),
  status: Type.Boolean(),
});
export type MigrateArgs = Static<typeof MigrateArgsSchema>;

export const MigrateResultSchema = Type.Object({
  databases: Type.Array(
    Type.Object({
      name: Type.String(),
      /** What this run applied. */
      applied: Type.Array(Type.String()),
      migrations: Type.Array(
        Type.Object({
          name: Type.String(),
          state: Type.String(),
          applied_at: Type.Union([Type.String(), Type.Null()]),
        }),
      ),
    }),
  ),
});
export type MigrateResult = Static<typeof MigrateResultSchema>;

export interface MigrateParts {
  readonly databases: readonly Database[];
  readonly log: Logger;
}

/** Applies what is pending in the chosen databases, or with `status` only tells. Throws as `store/migrate.ts` does. */
export async function migrateDatabases({ databases, log }: MigrateParts, args: MigrateArgs): Promise<MigrateResult> {
  const chosen = databases.filter(({ name }) => args.databases.includes(name));
  const results: MigrateResult["databases"] = [];
  for (const database of chosen) {
    const known = migrations[database.name];
    const applied = args.status ? [] : await migrate(database, known, { log });
    const states = await migrationStatus(database, known);
    results.push({
      name: database.name,
      applied: [...applied],
      migrations: states.map(({ name, state, applied_at }) => ({ name, state, applied_at })),
    });
  }
  return { databases: results };
}
