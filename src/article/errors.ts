/**
 * The codes an error can carry, the same inside, in REST's problem documents and (in upper case)
 * in GraphQL's extensions. What each means to HTTP is said once, in `rest/problem.ts`.
 */
export type ErrorCode =
  | "malformed_json"
  | "invalid_parameter"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  | "not_acceptable"
  | "request_timeout"
  | "conflict"
  | "idempotency_in_progress"
  | "idempotency_key_reused"
  | "precondition_failed"
  | "payload_too_large"
  | "unsupported_media_type"
  | "validation_failed"
  | "rate_limited"
  | "internal"
  | "unavailable"
  | "timeout";

/** One thing wrong with the input: where (RFC 6901 pointer, or a parameter's name), what, and a stable code. */
export interface ErrorEntry {
  readonly pointer: string;
  readonly detail: string;
  readonly code: string;
}

export interface ErrorDetails {
  readonly errors?: readonly ErrorEntry[];
  /** Seconds after which asking again may help. */
  readonly retry_after_s?: number;
  readonly cause?: unknown;
}

/** The one error type that is meant for a caller. Its message holds nothing internal. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly errors: readonly ErrorEntry[];
  readonly retry_after_s: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.errors = details.errors ?? [];
    this.retry_after_s = details.retry_after_s;
  }
}

export function notFound(id: number): AppError {
  return new AppError("not_found", `There is no article ${id}.`);
}

export function conflict(message: string): AppError {
  return new AppError("conflict", message);
}

export function preconditionFailed(expected: string, version: number): AppError {
  return new AppError(
    "precondition_failed",
    `If-Match is ${expected}, but the article is at version ${version}. Read it again and repeat the change.`,
  );
}
