import { Type } from "@sinclair/typebox";
import type { Health } from "../platform/health.ts";
import type { Logger } from "../platform/log.ts";
import type { ArticleWrites } from "../store/article-store.ts";
import type { Database } from "../store/database.ts";
import { MigrateArgsSchema, migrateDatabases } from "./migrate.ts";
import { SeedArgsSchema, seedArticles } from "./seed.ts";
import { type ControlCommand, controlCommand } from "./server.ts";

export interface ControlCommandParts {
  readonly databases: readonly Database[];
  readonly writes: ArticleWrites;
  /** The API's. */
  readonly health: Health;
  readonly log: Logger;
}

/** What the process that holds the data folder does for `blog seed`, `blog migrate` and `blog health` typed beside it. */
export function controlCommands({
  databases,
  writes,
  health,
  log,
}: ControlCommandParts): Readonly<Record<string, ControlCommand>> {
  return {
    seed: controlCommand(SeedArgsSchema, (args, report, signal) => seedArticles({ writes }, args, report, signal)),
    migrate: controlCommand(MigrateArgsSchema, (args) => migrateDatabases({ databases, log }, args)),
    health: controlCommand(Type.Object({}), () => health.report()),
  };
}
