import { contextOf } from "../platform/request-context.ts";
import { type ArticleReads, createArticleReads } from "./article-reads.ts";
import type { Caller, RestClient } from "./rest-client.ts";

/** What the resolvers of one operation work with. */
export interface OperationContext {
  readonly caller: Caller;
  readonly reads: ArticleReads;
  readonly rest: RestClient;
}

/** The longest that anything may take here, also when the caller would wait longer. */
export const timeout_max_ms = 10_000;

export function createOperationContext(rest: RestClient, request: Request): OperationContext {
  const { request_id, traceparent } = contextOf(request);
  const authorization = request.headers.get("authorization");
  const caller: Caller = {
    request_id,
    traceparent,
    ...(authorization === null ? {} : { authorization }),
    deadline_ms: performance.now() + timeoutOf(request),
    signal: request.signal,
  };
  return { caller, rest, reads: createArticleReads(rest, caller) };
}

/** `X-Request-Timeout-Ms`, at most 10 s. What is no number of milliseconds is as good as none. */
function timeoutOf(request: Request): number {
  const header = request.headers.get("x-request-timeout-ms") ?? "";
  return /^[1-9]\d{0,8}$/.test(header) ? Math.min(Number(header), timeout_max_ms) : timeout_max_ms;
}
