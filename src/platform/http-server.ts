import type { Listen } from "../config/config.ts";
import type { AnswerHeaders } from "./answer-headers.ts";
import type { CallerAddress } from "./caller-address.ts";
import { completed, withCommonHeaders } from "./common-headers.ts";
import { pause } from "./deadline.ts";
import { answerOperational, type OperationalParts, operationalPathOf } from "./operational-routes.ts";
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

export interface HttpServer extends AsyncDisposable {
  readonly url: string;
}

/** A request that is still answered after this long at stop is cut off: under the 10 s that container runtimes grant by default. */
const drain_timeout_ms = 8_000;

/** Longer than anything that is answered takes: a body to arrive and a statement to end. */
const answer_timeout_s = 60;
const keep_alive_default_s = 10;

/**
 * Puts `handler` on a port, with request id, trace, metrics and the operational routes around it.
 * Throws PortTaken when another process listens there.
 */
export function serveHttp(parts: HttpServerParts): HttpServer {
  const { listen, handler, answerHeaders, callerAddress, keep_alive_s = keep_alive_default_s, health, hooks } = parts;

  async function answer(received: Request, port: Port): Promise<Response> {
    const request = withHost(received);
    // A connection keeps the last value that it was given.
    port.timeout(received, answer_timeout_s);
    const began = performance.now();
    const context: RequestContext = {
      request_id: chooseRequestId(request.headers.get("x-request-id")),
      traceparent: continueTrace(request.headers.get("traceparent")),
      answer_headers: answerHeaders.of(request),
      address: callerAddress && addressOf(request, port.requestIP(received)?.address, callerAddress),
      endpoint: "unknown",
    };
    registerContext(request, context);
    hooks.onRequestStarted();
    let status = 500;
    try {
      const response = completed(await route(request, context), context);
      status = response.status;
      // Kept-alive connections are cut at the end of the stop: who is told beforehand opens the next one elsewhere.
      if (health.lifecycle() === "stopping") response.headers.set("connection", "close");
      return response;
    } catch (error) {
      hooks.onHandlerFailed(error, context);
      return new Response(null, { status, headers: withCommonHeaders({}, context) });
    } finally {
      port.timeout(received, keep_alive_s);
      hooks.onRequestFinished({ method: request.method, status, duration_ms: performance.now() - began, context });
    }
  }

  async function route(request: Request, context: RequestContext): Promise<Response> {
    const operational = operationalPathOf(request);
    if (operational !== undefined) return answerOperational(request, operational, context, parts);
    const preflight = answerHeaders.preflight(request);
    return preflight === undefined ? handler(request) : new Response(null, preflight);
  }

  const server = startServer({ ...parts, keep_alive_s }, answer);

  return {
    url: `${listen.tls === undefined ? "http" : "https"}://${listen.host.includes(":") ? `[${listen.host}]` : listen.host}:${server.port}`,
    async [Symbol.asyncDispose]() {
      // Resolves when the last byte of the last answer is out; connections that are merely kept alive do not hold it up.
      await Promise.race([server.stop(), pause(drain_timeout_ms)]);
      await server.stop(true);
    },
  };
}

export class PortTaken extends Error {
  override readonly name = "PortTaken";
}

/** HTTP/1.0 need not name a host, as the health checks of some balancers don't: then Bun gives the bare path as URL, which nobody can read. */
function withHost(request: Request): Request {
  return request.url.startsWith("/") ? new Request(`http://localhost${request.url}`, request) : request;
}

/** Undefined also when the caller has gone already. */
function addressOf({ headers }: Request, peer: string | undefined, callerAddress: CallerAddress): string | undefined {
  return peer === undefined ? undefined : callerAddress(peer, headers.get("x-forwarded-for"));
}

/** What Bun tells of the connection of a request, and takes for it. */
type Port = Pick<Bun.Server<undefined>, "requestIP" | "timeout">;

function startServer(
  { role, listen, keep_alive_s }: Pick<HttpServerParts, "role" | "listen"> & { readonly keep_alive_s: number },
  fetch: (request: Request, port: Port) => Promise<Response>,
) {
  try {
    return Bun.serve({
      hostname: listen.host,
      port: listen.port,
      ...(listen.tls === undefined ? {} : { tls: { ...listen.tls } }),
      // On, a second process would share the port without a word.
      reusePort: false,
      // The first headers of a connection have ten seconds; that is Bun's own, and not to be set.
      idleTimeout: keep_alive_s,
      development: false,
      // The routes read bodies with a limit of their own and answer with a problem document; this is only the net below.
      maxRequestBodySize: 64 * 1_048_576,
      fetch,
    });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
      const variable = `${role.toUpperCase()}_PORT`;
      throw new PortTaken(
        `Port ${listen.port} on ${listen.host} is taken by another process: stop it, or set ${variable} to another port (0 takes a free one).`,
      );
    }
    if (error instanceof Error && "code" in error && error.code === "EADDRNOTAVAIL") {
      throw new Error(`${listen.host} is not an address of this machine: set BLOG_LISTEN_HOST to one (0.0.0.0 means all).`);
    }
    throw error;
  }
}
