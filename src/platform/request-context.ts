import { chooseRequestId, continueTrace } from "./trace.ts";

/** What is known of a request beside what the caller sent: it goes into logs, metrics, events and error documents. */
export interface RequestContext {
  readonly request_id: string;
  /** Goes on to whatever is done for the request: the caller's trace, and what stands for the request in it. */
  traceparent: string;
  /** What the port gives every answer to this request; nothing for a call inside the process. */
  readonly answer_headers: Readonly<Record<string, string>>;
  /** Of whoever sent it, where callers are counted; undefined for a call inside the process, and for a proxy of ours that forwards nobody. */
  readonly address: string | undefined;
  /** The route's template once a route is found (`/api/v1/articles/{id}`); "unknown" keeps metrics from a label per URL. */
  endpoint: string;
}

const contexts = new WeakMap<Request, RequestContext>();

/** Ties `context` to `request` for as long as the request lives. */
export function registerContext(request: Request, context: RequestContext): void {
  contexts.set(request, context);
}

/** The context of `request`; made from its headers when nobody registered one (a call inside the process, a test). */
export function contextOf(request: Request): RequestContext {
  const known = contexts.get(request);
  if (known !== undefined) return known;
  const context: RequestContext = {
    request_id: chooseRequestId(request.headers.get("x-request-id")),
    traceparent: continueTrace(request.headers.get("traceparent")),
    answer_headers: {},
    address: undefined,
    endpoint: "unknown",
  };
  contexts.set(request, context);
  return context;
}
