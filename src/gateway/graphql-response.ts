import type { ExecutionResult } from "graphql";
import { type FormattedError, formatError, type OnInternalError } from "./graphql-errors.ts";
import type { MediaType } from "./media-types.ts";

export interface Result {
  readonly data?: unknown;
  readonly errors?: readonly FormattedError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** What an execution gave, with its errors as the caller may see them. */
export function formatResult(result: ExecutionResult, request_id: string, onInternalError: OnInternalError): Result {
  const { data, errors = [], extensions } = result;
  return {
    // Errors first: whoever reads the answer sees them before a long list.
    ...(errors.length === 0 ? {} : { errors: errors.map((error) => formatError(error, request_id, onInternalError)) }),
    ...(data === undefined ? {} : { data }),
    ...(extensions === undefined ? {} : { extensions }),
  };
}

/**
 * GraphQL over HTTP, section 6.4: with `data` it is 200. A request that could not be executed has its error's status, except that
 * to application/json a well-formed request is answered 200 whatever its document says (6.4.1).
 */
export function respond(result: Result | readonly Result[], media_type: MediaType): Response {
  const status = isBatch(result) ? 200 : statusOfResult(result, media_type);
  return new Response(JSON.stringify(result), {
    status,
    headers: {
      "content-type": `${media_type}; charset=utf-8`,
      ...(isStale(result) ? { "blog-stale": "1" } : {}),
      ...(status === 405 ? { allow: "POST" } : {}),
      // The rest of the body would come all the same, and be taken for the next request.
      ...(status === 408 ? { connection: "close" } : {}),
      ...retryAfter(status, result),
    },
  });
}

function retryAfter(status: number, result: Result | readonly Result[]): { "retry-after"?: string } {
  const seconds = isBatch(result) ? undefined : result.errors?.[0]?.extensions.retryAfter;
  return status < 400 || seconds === undefined ? {} : { "retry-after": String(Math.max(1, Math.ceil(seconds))) };
}

function isStale(result: Result | readonly Result[]): boolean {
  return isBatch(result) ? result.some(isStale) : result.extensions?.["stale"] !== undefined;
}

function isBatch(result: Result | readonly Result[]): result is readonly Result[] {
  return Array.isArray(result);
}

const documentCodes = new Set([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "LIMIT_EXCEEDED",
  "PERSISTED_QUERY_NOT_FOUND",
]);

function statusOfResult({ data, errors }: Result, media_type: MediaType): number {
  const first = errors?.[0];
  if (data !== undefined || first === undefined) return 200;
  const { code, status } = first.extensions;
  const about_document = status === 400 && documentCodes.has(code);
  return about_document && media_type === "application/json" ? 200 : status;
}
