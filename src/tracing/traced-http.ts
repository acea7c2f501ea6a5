import { type Attributes, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type Tracer } from "@opentelemetry/api";
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_SCHEME,
} from "@opentelemetry/semantic-conventions";
import type { Handler } from "../platform/http-server.ts";
import { contextOf } from "../platform/request-context.ts";
import type { ActiveSpans } from "./active-spans.ts";
import { errorTypeOf } from "./error-type.ts";
import { parentIn, traceparentOf } from "./traceparent.ts";

export interface TracedHandlerParts {
  readonly handler: Handler;
  readonly tracer: Tracer;
  readonly active: ActiveSpans;
}

/**
 * `handler` with a server span around it, which is the parent of all that follows: it goes into the answer, the log, calls and events.
 * Neither path nor query are told, for they may hold what callers typed; the route's template stands for them.
 */
export function traceHandler({ handler, tracer, active }: TracedHandlerParts): Handler {
  return async (request) => {
    const context = contextOf(request);
    const { method } = request;
    const span = tracer.startSpan(
      method,
      { kind: SpanKind.SERVER, attributes: { [ATTR_HTTP_REQUEST_METHOD]: method, [ATTR_URL_SCHEME]: schemeOf(request) } },
      parentIn(request.headers.get("traceparent")) ?? ROOT_CONTEXT,
    );
    context.traceparent = traceparentOf(span);
    if (!span.isRecording()) return handler(request);
    try {
      const response = await active.run([span.spanContext()], () => handler(request));
      // From 500 on it is the server's fault (semantic conventions for HTTP spans, "Status").
      setStatus(span, response.status, 500);
      return response;
    } catch (error) {
      failed(span, errorTypeOf(error));
      throw error;
    } finally {
      if (context.endpoint !== "unknown") {
        span.updateName(`${method} ${context.endpoint}`);
        span.setAttribute(ATTR_HTTP_ROUTE, context.endpoint);
      }
      span.end();
    }
  };
}

export interface TracedFetchParts {
  readonly fetch: Handler;
  /** The base of all that is asked. */
  readonly url: string;
  readonly tracer: Tracer;
}

/** `fetch` with a client span around each attempt, under the span that its request's `traceparent` names. */
export function traceFetch({ fetch, url, tracer }: TracedFetchParts): Handler {
  const server = serverOf(url);
  return async (request) => {
    const parent = parentIn(request.headers.get("traceparent"));
    if (parent === undefined) return fetch(request);
    const { method } = request;
    const span = tracer.startSpan(
      method,
      { kind: SpanKind.CLIENT, attributes: { [ATTR_HTTP_REQUEST_METHOD]: method, ...server } },
      parent,
    );
    if (!span.isRecording()) return fetch(request);
    request.headers.set("traceparent", traceparentOf(span));
    try {
      const response = await fetch(request);
      // To a client every answer from 400 on is an error (the same, for clients).
      setStatus(span, response.status, 400);
      return response;
    } catch (error) {
      failed(span, errorTypeOf(error));
      throw error;
    } finally {
      span.end();
    }
  };
}

function setStatus(span: Span, status: number, error_from: number): void {
  span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
  if (status >= error_from) failed(span, String(status));
}

function failed(span: Span, error_type: string): void {
  span.setAttribute(ATTR_ERROR_TYPE, error_type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function schemeOf({ url }: Request): string {
  return url.startsWith("https:") ? "https" : "http";
}

function serverOf(url: string): Attributes {
  const { hostname, port, protocol } = new URL(url);
  return { [ATTR_SERVER_ADDRESS]: hostname, [ATTR_SERVER_PORT]: Number(port || (protocol === "https:" ? 443 : 80)) };
}
