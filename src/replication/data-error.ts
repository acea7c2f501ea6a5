import { AppError } from "../article/errors.ts";
import { sqlState } from "../store/sql-errors.ts";

/**
 * Whether the database refuses the data themselves: SQLSTATE classes 22 (data exception) and 23 (integrity constraint violation),
 * PostgreSQL manual, appendix A. Whatever else it says may pass.
 */
export function isDataError(error: unknown): boolean {
  return /^2[23]/.test(sqlState(error) ?? "");
}

/** Whether the statement took too long: less at once may be done in time. */
export function isTimeout(error: unknown): boolean {
  return error instanceof AppError && error.code === "timeout";
}
