import { GraphQLError, type GraphQLFormattedError } from "graphql";
import { AppError, type ErrorCode, type ErrorEntry } from "../article/errors.ts";

export interface ErrorExtensions {
  /** REST's code in upper case, or one of the gateway's own. */
  readonly code: string;
  /** What REST would answer, or answered. */
  readonly status: number;
  /** `pointer` is a JSON pointer into the arguments of the field at the error's path. */
  readonly errors?: readonly ErrorEntry[];
  readonly requestId: string;
  /** Seconds after which asking again may help. */
  readonly retryAfter?: number;
  /** Of LIMIT_EXCEEDED: which limit, what was found, and what is allowed. */
  readonly limit?: string;
  readonly found?: number | string;
  readonly allowed?: number;
}

export interface FormattedError extends GraphQLFormattedError {
  readonly extensions: ErrorExtensions & Readonly<Record<string, unknown>>;
}

/** Who is told of an error that shows a fault of ours; the caller only gets its request id. */
export type OnInternalError = (error: unknown, request_id: string) => void;

/**
 * An error as the caller sees it. What is neither an AppError nor GraphQL's own complaint about the document
 * is a fault of ours: it is masked, and told to `onInternalError`.
 */
export function formatError(error: GraphQLError, request_id: string, onInternalError: OnInternalError): FormattedError {
  const cause = error.originalError ?? error;
  const where = {
    ...(error.locations === undefined ? {} : { locations: error.locations }),
    ...(error.path === undefined ? {} : { path: error.path }),
  };
  if (cause instanceof AppError) return { ...formatAppError(cause, request_id), ...where };
  if (cause instanceof GraphQLError && isAboutTheDocument(error)) {
    return { message: shortened(error.message), ...where, extensions: { ...documentExtensions(cause), requestId: request_id } };
  }
  onInternalError(cause, request_id);
  return { message: "Internal error", ...where, extensions: { code: "INTERNAL", status: 500, requestId: request_id } };
}

/** graphql-js quotes what it complains of, be it megabytes. */
const message_length_max = 500;

function shortened(message: string): string {
  return message.length <= message_length_max ? message : `${message.slice(0, message_length_max)}…`.toWellFormed();
}

/** Whether the caller could have done nothing about it. */
export function isOurFault(error: GraphQLError): boolean {
  const cause = error.originalError ?? error;
  if (cause instanceof AppError) return statusOf(cause.code) >= 500;
  return !(cause instanceof GraphQLError && isAboutTheDocument(error));
}

/** Where the API itself said nothing of it: time for a connection, or a process, to come back. */
const retry_after_default_s = 1;

function formatAppError(error: AppError, request_id: string): FormattedError {
  const { errors } = error;
  const retryAfter = error.retry_after_s ?? (error.code === "unavailable" ? retry_after_default_s : undefined);
  return {
    message: error.message,
    extensions: {
      code: error.code.toUpperCase(),
      status: statusOf(error.code),
      ...(errors.length === 0 ? {} : { errors }),
      requestId: request_id,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    },
  };
}

/**
 * Without a path an error was found before execution: in the text, by validation, in the variables. With one it comes from a resolver
 * or a serialiser; only a complaint about an argument is the caller's there.
 */
function isAboutTheDocument(error: GraphQLError): boolean {
  return error.path === undefined || /^Argument "/.test(error.message);
}

function documentExtensions({ extensions, message }: GraphQLError): Omit<ErrorExtensions, "requestId"> {
  if (extensions["code"] === "LIMIT_EXCEEDED") {
    const { limit, found, allowed } = extensions;
    return {
      code: "LIMIT_EXCEEDED",
      status: 400,
      ...(typeof limit === "string" ? { limit } : {}),
      ...(typeof found === "number" || typeof found === "string" ? { found } : {}),
      ...(typeof allowed === "number" ? { allowed } : {}),
    };
  }
  if (extensions["code"] === "PERSISTED_QUERY_NOT_FOUND") return { code: "PERSISTED_QUERY_NOT_FOUND", status: 400 };
  if (isStatus(extensions["http"], 405)) return { code: "METHOD_NOT_ALLOWED", status: 405 };
  const parsed = !message.startsWith("Syntax Error");
  return { code: parsed ? "GRAPHQL_VALIDATION_FAILED" : "GRAPHQL_PARSE_FAILED", status: 400 };
}

function isStatus(http: unknown, status: number): boolean {
  return typeof http === "object" && http !== null && "status" in http && http.status === status;
}

/** The interface's status of each code. */
export function statusOf(code: ErrorCode): number {
  switch (code) {
    case "malformed_json":
    case "invalid_parameter":
      return 400;
    case "unauthorized":
      return 401;
    case "forbidden":
      return 403;
    case "not_found":
      return 404;
    case "method_not_allowed":
      return 405;
    case "not_acceptable":
      return 406;
    case "request_timeout":
      return 408;
    case "conflict":
    case "idempotency_in_progress":
      return 409;
    case "precondition_failed":
      return 412;
    case "payload_too_large":
      return 413;
    case "unsupported_media_type":
      return 415;
    case "validation_failed":
    case "idempotency_key_reused":
      return 422;
    case "rate_limited":
      return 429;
    case "internal":
      return 500;
    case "unavailable":
      return 503;
    case "timeout":
      return 504;
    default:
      return code satisfies never;
  }
}
