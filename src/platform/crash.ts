import type { Logger } from "./log.ts";

/**
 * Ends the process with a fatal line of the log and exit code 1 when nobody catches an error. Left to itself the runtime prints the
 * error with all its properties, and lines of the source: PostgreSQL's errors carry rows.
 */
export function logCrash(log: Logger): void {
  const crash = (error: unknown) => {
    log.fatal({ err: error }, "crashed: nothing caught this error");
    process.exit(1);
  };
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", crash);
}
