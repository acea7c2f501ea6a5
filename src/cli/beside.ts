import type { Static, TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { DatabaseConfig } from "../config/config.ts";
import { callControl } from "../control/client.ts";
import { controlSocketPath } from "../control/protocol.ts";
import type { Report } from "../platform/report.ts";

export interface BesideCall<Result extends TSchema> {
  /** The database that the command works on: only an embedded one can be held by another process. */
  readonly database: DatabaseConfig | undefined;
  readonly command: string;
  readonly args: unknown;
  /** Whether it makes databases that are not there yet; else there must be some. */
  readonly makes_databases?: boolean;
  /** What the command answers. */
  readonly result: Result;
  readonly report: Report;
  readonly signal?: AbortSignal;
}

/**
 * Has the process that holds the data folder run the command; runs `alone` when there is none. Both answer the same. Throws
 * DataFolderError where there is nothing to work on: somebody who looks in the wrong place must not hear that all is well.
 */
export async function besideOrAlone<Result extends TSchema>(
  call: BesideCall<Result>,
  alone: () => Promise<Static<Result>>,
): Promise<Static<Result>> {
  const { database, result: schema, makes_databases = false, ...rest } = call;
  if (database?.kind !== "pglite") return alone();
  const outcome = await callControl({ ...rest, path: controlSocketPath(database.data_dir) });
  if (outcome.state === "not_running") {
    if (!makes_databases) {
      const { demandDatabases } = await import("../embedded/data-folder.ts");
      demandDatabases(database.data_dir);
    }
    return alone();
  }
  if (Value.Check(schema, outcome.result)) return outcome.result;
  throw new Error("The running process answered in a way that this version does not know.");
}
