import { AppError } from "../article/errors.ts";
import { sqlState } from "./sql-errors.ts";

/** 22 data, 23 constraint, 40 rolled back, 54 a limit exceeded, P0 raised by a trigger (PostgreSQL manual, appendix A). */
const ofTheStatement = /^(?:22|23|40|54|P0)/;

/** Whether PostgreSQL refused this very statement: nothing of it was committed, and parts of it may fare better alone. */
export function isRefusedStatement(error: unknown): boolean {
  return ofTheStatement.test(sqlState(error) ?? "");
}

/** Whether a lock was not had within `lock_timeout`. */
export function isLockTimeout(error: unknown): boolean {
  return sqlState(error) === "55P03";
}

/** What to tell a caller whose write stood behind others for too long. */
export function tooManyWrites(cause: unknown): AppError {
  return new AppError("unavailable", "Too many writes of this article at once.", { retry_after_s: 1, cause });
}
