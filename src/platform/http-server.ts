import type { Listen } from "../config/config.ts";
import type { AnswerHeaders } from "./answer-headers.ts";
import type { CallerAddress } from "./caller-address.ts";
import { completed, withCommonHeaders } from "./common-headers.ts";
import type { Listener } from "./connection-limit.ts";
import { answerOperational, type OperationalParts, operationalPathOf } from "./operational-routes.ts";
import { type Connection, openPort, type Port } from "./port.ts";
import { type RequestContext, registerContext } from "./request-context.ts";
import { chooseRequestId, continueTrace } from "./trace.ts";

export type Handler = (request: Request) => Promise<Response>;

export interface FinishedRequest {
  readonly method: string;
  readonly status: number;
  readonly duration_ms: number;
  readonly context: RequestContext;
}

export interface HttpHooks {
  onRequestStarted(): void;
  onRequestFinished(request: FinishedRequest): void;
  onHandlerFailed(error: unknown, context: RequestContext): void;
}

export interface HttpServerParts extends OperationalParts {
  readonly role: string;
  readonly listen: Listen;
  readonly handler: Handler;
  readonly answerHeaders: AnswerHeaders;
  /** Undefined where no callers are counted. */
  readonly callerAddress?: CallerAddress | undefined;
  /** How long a connection may stay open between two requests; also how long the headers of the next one may take. */
  readonly keep_alive_s?: number;
  readonly hooks: HttpHooks;
}

export interface HttpServer extends Port, Listener {}

/** Longer than anything that is answered takes: a body to arrive and a statement to end. */
const answer_timeout_s = 60;
const keep_alive_default_s = 10;

/**
 * Puts `handler` on a port, with request id, trace, metrics and the operational routes around it.
 * Throws PortTaken when another process listens there.
 */
export function serveHttp(parts: HttpServerParts): HttpServer {
  const { handler, answerHeaders, callerAddress, keep_alive_s = keep_alive_default_s, health, hooks } = parts;

  let keeps_alive = true;

  async function answer(received: Request, connection: Connection): Promise<Response> {
    const request = withHost(received);
    // A connection keeps the last value that it was given.
    connection.timeout(received, answer_timeout_s);
    const began = performance.now();
    const context: RequestContext = {
      request_id: chooseRequestId(request.headers.get("x-request-id")),
      traceparent: continueTrace(request.headers.get("traceparent")),
      answer_headers: answerHeaders.of(request),
      address: callerAddress && addressOf(request, connection.requestIP(received)?.address, callerAddress),
      endpoint: "unknown",
    };
    registerContext(request, context);
    hooks.onRequestStarted();
    let status = 500;
    try {
      const response = completed(await route(request, context), context);
      status = response.status;
      // Kept-alive connections are cut at the end of the stop: who is told beforehand opens the next one elsewhere.
      if (!keeps_alive || health.lifecycle() === "stopping") response.headers.set("connection", "close");
      return response;
    } catch (error) {
      hooks.onHandlerFailed(error, context);
      return new Response(null, { status, headers: withCommonHeaders({}, context) });
    } finally {
      connection.timeout(received, keep_alive_s);
      hooks.onRequestFinished({ method: request.method, status, duration_ms: performance.now() - began, context });
    }
  }

  async function route(request: Request, context: RequestContext): Promise<Response> {
    const operational = operationalPathOf(request);
    if (operational !== undefined) return answerOperational(request, operational, context, parts);
    const preflight = answerHeaders.preflight(request);
    return preflight === undefined ? handler(request) : new Response(null, preflight);
  }

  const port = openPort({ ...parts, keep_alive_s, fetch: answer });
  return {
    ...port,
    keepAlive(on) {
      keeps_alive = on;
    },
  };
}

/** HTTP/1.0 need not name a host, as the health checks of some balancers don't: then Bun gives the bare path as URL, which nobody can read. */
function withHost(request: Request): Request {
  return request.url.startsWith("/") ? new Request(`http://localhost${request.url}`, request) : request;
}

/** Undefined also when the caller has gone already. */
function addressOf({ headers }: Request, peer: string | undefined, callerAddress: CallerAddress): string | undefined {
  return peer === undefined ? undefined : callerAddress(peer, headers.get("x-forwarded-for"));
}
