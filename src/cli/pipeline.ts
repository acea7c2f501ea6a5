import type { Config } from "../config/config.ts";
import type { Logger } from "../platform/log.ts";
import type { CommandPipeline } from "../roles/command-pipeline.ts";
import { openCommandDatabases } from "./databases.ts";

/** Opens both databases and what carries events between them, for a command that runs alone. Waits for nothing. */
export async function openPipeline(config: Config, log: Logger): Promise<CommandPipeline> {
  await using parts = new AsyncDisposableStack();
  const { databases } = parts.use(await openCommandDatabases(config, log));
  const [primary, replica] = databases;
  if (primary === undefined || replica === undefined) throw new Error("the command is configured without one of its databases");
  const { openCommandPipeline } = await import("../roles/command-pipeline.ts");
  const pipeline = parts.use(await openCommandPipeline({ config, primary, replica, log }));
  const opened = parts.move();
  return { ...pipeline, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
