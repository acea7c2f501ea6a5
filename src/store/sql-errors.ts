import { AppError } from "../article/errors.ts";

/** Classes of SQLSTATE as PostgreSQL has them (manual, appendix A); Node's codes such as EPIPE are no SQLSTATE. */
const sqlStatePattern = /^(?:\d[0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/;

/** The SQLSTATE of an error that the server reported, through either driver; undefined for any other error. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const { code } = error;
  return typeof code === "string" && sqlStatePattern.test(code) ? code : undefined;
}

/**
 * What may pass without a change to the statement: 08 connection, 53 resources, 57P01–57P05 shutdown and idle time-outs,
 * 25P03 idle in transaction, 28 and 3D000 access and database (both can be granted while we wait), 58 the server's system.
 */
const unavailableStates = /^(?:08|53|58|28|57P0[1-5]|25P03|3D000)/;

/**
 * The error as callers of a Database see it. The server not there, going, or full: AppError `unavailable`; a statement
 * over its time: AppError `timeout`; any other SQL error passes with its SQLSTATE as `code`.
 */
export function databaseError(error: unknown, name: "primary" | "replica"): unknown {
  if (error instanceof AppError) return error;
  const state = sqlState(error);
  if (state === "57014") return timeout(error, name);
  if (state !== undefined) return unavailableStates.test(state) ? unavailable(error, name) : error;
  if (!(error instanceof Error)) return error;
  if (error.message === "Query read timeout") return timeout(error, name);
  // pg reports a statement's misuse (a name with two texts) as a plain error too; it is nobody's outage.
  if (error.message.startsWith("Prepared statements must be unique")) return error;
  return unavailable(error, name);
}

export function unavailable(cause: unknown, name: "primary" | "replica"): AppError {
  return new AppError("unavailable", `The ${name} database is not available.`, { cause, retry_after_s: 1 });
}

function timeout(cause: unknown, name: "primary" | "replica"): AppError {
  return new AppError("timeout", `The ${name} database took too long to answer.`, { cause, retry_after_s: 1 });
}
