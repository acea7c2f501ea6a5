import { backOff } from "../platform/backoff.ts";
import { pause } from "../platform/deadline.ts";
import type { Logger } from "../platform/log.ts";
import { connectionAdvice } from "./connection-advice.ts";
import type { Database } from "./database.ts";

const retry = { first_ms: 250, max_ms: 5_000 };
/** Often enough to be seen, seldom enough not to fill a disk. */
const repeat_log_ms = 30_000;

/**
 * Resolves when the database answers, trying again with a growing pause for as long as it does not, whatever the reason:
 * a server, a password and a database may all still come. Answers false when `stop` aborted first.
 */
export async function waitForDatabase(database: Database, stop: AbortSignal, log: Logger): Promise<boolean> {
  const started_ms = performance.now();
  let logged_ms = Number.NEGATIVE_INFINITY;
  for (let failures = 0; !stop.aborted; failures++) {
    try {
      await database.query({ name: "ping", text: "SELECT 1" });
      if (failures > 0) log.info({ database: database.name, after_s: seconds(started_ms) }, "the database answers");
      return true;
    } catch (error) {
      if (performance.now() - logged_ms >= repeat_log_ms) {
        logged_ms = performance.now();
        const advice = connectionAdvice(error, database.name === "primary" ? "DB1" : "DB2");
        const fields = { database: database.name, error: reason(error), ...(advice === undefined ? {} : { advice }) };
        log.warn(fields, "waiting for the database: it does not answer yet");
      }
      await pause(backOff(failures, retry), stop);
    }
  }
  return false;
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return reason(error.cause);
  // A name with several addresses: Node gathers their errors, and says nothing itself.
  return error.message || (error instanceof AggregateError ? error.errors.map(reason).join("; ") : error.name);
}

function seconds(since_ms: number): number {
  return Math.round((performance.now() - since_ms) / 100) / 10;
}
