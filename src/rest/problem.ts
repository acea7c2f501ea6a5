import { AppError, type ErrorCode } from "../article/errors.ts";
import type { Answer } from "./answer.ts";

/** What each code means to HTTP. No other place knows a status number of an error. */
const meanings: Readonly<Record<ErrorCode, { readonly status: number; readonly title: string }>> = {
  malformed_json: { status: 400, title: "The body is not JSON" },
  invalid_parameter: { status: 400, title: "A parameter or header is not valid" },
  unauthorized: { status: 401, title: "Credentials are needed" },
  forbidden: { status: 403, title: "The credentials do not reach this far" },
  not_found: { status: 404, title: "Not found" },
  method_not_allowed: { status: 405, title: "The method is not allowed here" },
  not_acceptable: { status: 406, title: "No acceptable representation" },
  request_timeout: { status: 408, title: "The request took too long to arrive" },
  conflict: { status: 409, title: "The article's state forbids this" },
  idempotency_in_progress: { status: 409, title: "The same request is still running" },
  precondition_failed: { status: 412, title: "The article has moved on" },
  payload_too_large: { status: 413, title: "The body is too large" },
  unsupported_media_type: { status: 415, title: "The body's format is not supported" },
  validation_failed: { status: 422, title: "The article is not valid" },
  idempotency_key_reused: { status: 422, title: "The idempotency key belongs to another request" },
  rate_limited: { status: 429, title: "Too many requests" },
  internal: { status: 500, title: "Something went wrong inside" },
  unavailable: { status: 503, title: "Not available at the moment" },
  timeout: { status: 504, title: "It took too long" },
};

export const errorCodes = Object.keys(meanings) as readonly ErrorCode[];

export const problemMediaType = "application/problem+json";

/** The HTTP status of an error. */
export function statusOf(code: ErrorCode): number {
  return meanings[code].status;
}

export function titleOf(code: ErrorCode): string {
  return meanings[code].title;
}

/** Identifies a kind of problem (RFC 9457, section 3.1.1); a name and no address, so that it is the same on every host. */
export function problemTypeOf(code: ErrorCode): string {
  return `urn:blog:problem:${code}`;
}

/** Where the problem arose and under which id it stands in the logs. */
export interface ProblemOrigin {
  readonly instance: string;
  readonly request_id: string;
}

/** The problem document of `error` (RFC 9457). */
export function problemAnswer(error: AppError, origin: ProblemOrigin, headers: Readonly<Record<string, string>> = {}): Answer {
  const status = statusOf(error.code);
  const document = {
    type: problemTypeOf(error.code),
    title: titleOf(error.code),
    status,
    detail: error.message,
    instance: origin.instance,
    code: error.code,
    request_id: origin.request_id,
    ...(error.errors.length > 0 && { errors: error.errors }),
  };
  // The rest of the body would come all the same, and be taken for the next request.
  const closing = error.code === "request_timeout" ? { connection: "close" } : {};
  const retryAfter = error.retry_after_s === undefined ? {} : { "retry-after": retryAfterOf(error.retry_after_s) };
  return {
    status,
    headers: { "content-type": problemMediaType, "cache-control": "no-store", ...closing, ...retryAfter, ...headers },
    body: JSON.stringify(document),
  };
}

/** Whatever was thrown, as an error that may be shown: what is not an AppError becomes `internal` and says nothing of itself. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  return new AppError("internal", "The request failed inside the server. Its request_id finds it in the logs.", {
    cause: thrown,
  });
}

/** Whole seconds, and never "now" (RFC 9110, section 10.2.3). */
function retryAfterOf(seconds: number): string {
  return String(Math.max(1, Math.ceil(seconds)));
}
