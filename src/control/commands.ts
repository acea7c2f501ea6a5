import { Type } from "@sinclair/typebox";
import type { Health } from "../platform/health.ts";
import type { Logger } from "../platform/log.ts";
import type { Resync } from "../replication/resync/resync.ts";
import type { RepairParts } from "../replication/verify/repair.ts";
import type { VerifyParts } from "../replication/verify/verify.ts";
import type { ArticleWrites } from "../store/article-store.ts";
import type { Database } from "../store/database.ts";
import {
  type DeadLetterParts,
  ListLettersArgsSchema,
  listLetters,
  PurgeLettersArgsSchema,
  purgeLetters,
  ReplayLettersArgsSchema,
  replayAll,
  ShowLetterArgsSchema,
  showLetter,
} from "./dead-letters.ts";
import { MigrateArgsSchema, migrateDatabases } from "./migrate.ts";
import { ResyncArgsSchema, resyncReplica } from "./resync.ts";
import { SeedArgsSchema, seedArticles } from "./seed.ts";
import { type ControlCommand, controlCommand } from "./server.ts";
import { VerifyArgsSchema, verifyDatabases } from "./verify.ts";

export interface ControlCommandParts {
  readonly databases: readonly Database[];
  readonly writes: ArticleWrites;
  /** What carries events from DB1 to DB2. */
  readonly pipeline: VerifyParts & RepairParts;
  readonly resync: Resync;
  readonly dead_letters: DeadLetterParts;
  /** Of every role in the process. */
  readonly health: readonly Health[];
  readonly log: Logger;
}

/** What the process that holds the data folder does for commands typed beside it. */
export function controlCommands({
  databases,
  writes,
  pipeline,
  resync,
  dead_letters,
  health,
  log,
}: ControlCommandParts): Readonly<Record<string, ControlCommand>> {
  return {
    seed: controlCommand(SeedArgsSchema, (args, report, signal) => seedArticles({ writes }, args, report, signal)),
    migrate: controlCommand(MigrateArgsSchema, (args) => migrateDatabases({ databases, log }, args)),
    verify: controlCommand(VerifyArgsSchema, (args, report, signal) => verifyDatabases(pipeline, args, report, signal)),
    resync: controlCommand(ResyncArgsSchema, (args, report, signal) => resyncReplica({ resync }, args, report, signal)),
    "dlq-list": controlCommand(ListLettersArgsSchema, (args) => listLetters(dead_letters, args)),
    "dlq-show": controlCommand(ShowLetterArgsSchema, (args) => showLetter(dead_letters, args)),
    "dlq-replay": controlCommand(ReplayLettersArgsSchema, (args, report, signal) =>
      replayAll(dead_letters, args, report, signal),
    ),
    "dlq-purge": controlCommand(PurgeLettersArgsSchema, (args) => purgeLetters(dead_letters, args)),
    health: controlCommand(Type.Object({}), () => Promise.all(health.map((role) => role.report()))),
  };
}
