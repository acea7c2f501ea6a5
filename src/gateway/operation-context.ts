import { contextOf } from "../platform/request-context.ts";
import { type ArticleReads, createArticleReads } from "./article-reads.ts";
import type { Caller, RestClient, Stale } from "./rest-client.ts";

/** What the resolvers of one operation work with. */
export interface OperationContext {
  readonly caller: Caller;
  readonly reads: ArticleReads;
  readonly rest: RestClient;
  /** What of the answer came from the replica; nothing when it is fresh. */
  readonly staleness: () => Stale | undefined;
}

/** The longest that anything may take here, also when the caller would wait longer. */
export const timeout_max_ms = 10_000;

export interface CallerChecks {
  readonly charge?: (() => void) | undefined;
  readonly checkWrite?: (() => void) | undefined;
}

export function createOperationContext(
  rest: RestClient,
  request: Request,
  { charge, checkWrite }: CallerChecks = {},
): OperationContext {
  const { request_id, traceparent } = contextOf(request);
  const authorization = request.headers.get("authorization");
  let stale: Stale | undefined;
  const caller: Caller = {
    request_id,
    traceparent,
    ...(authorization === null ? {} : { authorization }),
    ...(charge === undefined ? {} : { charge }),
    ...(checkWrite === undefined ? {} : { checkWrite }),
    deadline_ms: performance.now() + timeoutOf(request),
    signal: request.signal,
    onStale: (another) => {
      stale = stale === undefined ? another : staler(stale, another);
    },
  };
  return { caller, rest, reads: createArticleReads(rest, caller), staleness: () => stale };
}

/** `X-Request-Timeout-Ms`, at most 10 s. What is no number of milliseconds is as good as none. */
function timeoutOf(request: Request): number {
  const header = request.headers.get("x-request-timeout-ms") ?? "";
  return /^[1-9]\d{0,8}$/.test(header) ? Math.min(Number(header), timeout_max_ms) : timeout_max_ms;
}

function staler(a: Stale, b: Stale): Stale {
  return (b.replica_lag_seconds ?? 0) > (a.replica_lag_seconds ?? 0) ? b : a;
}
