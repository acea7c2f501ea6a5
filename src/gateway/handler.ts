import { yoga } from "@elysiajs/graphql-yoga";
import { Elysia } from "elysia";
import type { Plugin } from "graphql-yoga";
import { AppError } from "../article/errors.ts";
import type { GatewayLimits, RequestBounds } from "../config/config.ts";
import type { CorsOrigins } from "../config/origins.ts";
import { comesFromAnotherSite, refused_site } from "../platform/another-site.ts";
import type { Logger } from "../platform/log.ts";
import { isOperationalPath, pathOf } from "../platform/operational-routes.ts";
import type { RateLimit } from "../platform/rate-limit.ts";
import { contextOf, registerContext } from "../platform/request-context.ts";
import { createRoom, createShare, type Share } from "../platform/room.ts";
import { createSlots } from "../platform/slots.ts";
import { chargingCallers, createCallerLimit } from "./caller-limit.ts";
import { createExecution } from "./execution.ts";
import { createGraphiql, wantsGraphiql } from "./graphiql.ts";
import type { OnInternalError } from "./graphql-errors.ts";
import { createGraphqlPlugin, type GraphqlHooks } from "./graphql-plugin.ts";
import { type GraphqlRequest, readGraphqlRequest } from "./graphql-request.ts";
import { respond } from "./graphql-response.ts";
import { createDocuments, createKnownOperations, type Documents } from "./known-operations.ts";
import { negotiate } from "./media-types.ts";
import { createOperationContext, type OperationContext } from "./operation-context.ts";
import type { PersistedQueries } from "./persisted-queries.ts";
import type { RestClient } from "./rest-client.ts";
import { schema } from "./schema.ts";

export interface GatewayParts {
  readonly restClient: RestClient;
  readonly log: Logger;
  /** Whether browsers are given GraphiQL. */
  readonly graphiql: boolean;
  readonly introspection: boolean;
  readonly limits: GatewayLimits;
  readonly persisted: PersistedQueries;
  readonly bounds?: Pick<RequestBounds, "bodies_bytes_max" | "body_timeout_ms">;
  /** Whether anybody may write, without a token. */
  readonly open_writes?: boolean;
  /** Sites whose pages may write where anyone may. */
  readonly cors_origins?: CorsOrigins | undefined;
  /** Undefined: callers may have as much as they like. */
  readonly rateLimit?: RateLimit | undefined;
  readonly hooks?: Pick<GraphqlHooks, "onOperation">;
}

const path = "/graphql";
const allow = "GET, HEAD, POST, OPTIONS";
const operationalMethods = "GET, HEAD";

/** Of a request that brings no token where writes need one, so that it can only read: twice the longest query. */
const reading_body_bytes_max = 131_072;
/** Not one: its upstream may be slow, and the others would wait for that. */
const large_at_once = 2;
/** As long as anything may take here. */
const large_wait_max_ms = 10_000;
/** A request with a megabyte keeps this thread busy for less than that. */
const rest_max_ms = 25;

/** As with nothing configured. */
const usualBounds: NonNullable<GatewayParts["bounds"]> = { bodies_bytes_max: 134_217_728, body_timeout_ms: 10_000 };

/** Answers `/graphql`; everything else is 404. Never rejects because of what was asked. */
export function createGatewayHandler(parts: GatewayParts): (request: Request) => Promise<Response> {
  const { limits, persisted, log, bounds = usualBounds, open_writes = true } = parts;
  const callerLimit = createCallerLimit(parts.rateLimit);
  const restClient = parts.rateLimit === undefined ? parts.restClient : chargingCallers(parts.restClient);
  const { concurrency_max } = limits;
  const large = createSlots({
    at_once: large_at_once,
    waiting_max: concurrency_max,
    wait_max_ms: large_wait_max_ms,
    rest_max_ms,
    refused: () => new AppError("unavailable", "The gateway has too many large requests.", { retry_after_s: 1 }),
  });
  const room = createRoom({ requests_max: concurrency_max, bytes_max: bounds.bodies_bytes_max, large });
  const documents = createDocuments();
  const execution = createExecution(limits);
  const contextFor = (request: Request) =>
    createOperationContext(restClient, request, {
      charge: callerLimit.charge(request),
      checkWrite: open_writes ? () => refuseOtherSites(request, parts.cors_origins) : undefined,
    });
  const onOperation = parts.hooks?.onOperation ?? (() => {});
  const onInternalError: OnInternalError = (error, request_id) =>
    log.error({ err: error, request_id }, "a GraphQL operation failed");
  const runKnown = createKnownOperations({ documents, execution, contextFor, onOperation, onInternalError });
  /** A body can be read once: what it asks for, for yoga. */
  const asked = new WeakMap<Request, Promise<GraphqlRequest>>();
  const read = (request: Request) => asked.get(request) ?? Promise.reject(new Error("nobody has read this request"));
  const hooks = { onOperation, onInternalError };
  const plugin = createGraphqlPlugin({ limits, introspection: parts.introspection, documents, execution, read, hooks });
  const app = createApp({ plugin, documents, contextFor, log });
  const graphiql = parts.graphiql ? createGraphiql() : undefined;

  async function answerWithin(request: Request, share: Share): Promise<Response> {
    const without_token = !open_writes && !request.headers.has("authorization");
    const bodies = {
      bytes_max: without_token ? Math.min(limits.body_bytes_max, reading_body_bytes_max) : limits.body_bytes_max,
      timeout_ms: bounds.body_timeout_ms,
      room: share,
      without_token,
      onRead: (bytes: number) => callerLimit.chargeBody(request, bytes),
    };
    const reading = readGraphqlRequest(request, { limits, persisted, bodies });
    asked.set(request, reading);
    // What is wrong with the request is for yoga to say.
    const known = await reading.then(
      (operations) => runKnown(request, operations),
      () => undefined,
    );
    if (known !== undefined) return known;
    // The library reads it again.
    if (!URL.canParse(request.url)) return problem(400, "invalid_parameter", "The Host header is no host.", request);
    return await app.fetch(request);
  }

  async function answer(request: Request): Promise<Response> {
    const limited = callerLimit.admit(request);
    if (limited !== undefined) return limited;
    if (!room.enter()) return tooMany(request, concurrency_max);
    const share = createShare(room, request.signal);
    try {
      return await answerWithin(request, share);
    } finally {
      share.giveBack();
      room.leave();
    }
  }

  async function get(request: Request): Promise<Response> {
    return graphiql && wantsGraphiql(request) ? graphiql(request) : answer(request);
  }

  return async (request) => {
    const context = contextOf(request);
    const pathname = pathOf(request.url);
    if (isOperationalPath(pathname)) return operationalMethod(request);
    if (pathname !== path) return problem(404, "not_found", `There is nothing at ${pathname}; GraphQL is at ${path}.`, request);
    context.endpoint = path;
    switch (request.method) {
      case "GET":
        return get(request);
      case "POST":
        return answer(request);
      case "HEAD":
        return await withoutBody(await get(asGet(request)));
      case "OPTIONS":
        return options(allow);
      default:
        return notAllowed(request, allow);
    }
  };
}

/** The API sees no browser behind the gateway. */
function refuseOtherSites({ headers }: Request, allowed: CorsOrigins | undefined): void {
  if (comesFromAnotherSite(headers, allowed)) throw new AppError("forbidden", refused_site);
}

interface AppParts extends Pick<GatewayParts, "log"> {
  readonly plugin: Plugin<OperationContext>;
  readonly documents: Documents;
  readonly contextFor: (request: Request) => OperationContext;
}

function createApp({ plugin, documents, contextFor, log }: AppParts) {
  // Elysia looks for the path from the 11th character on, and would miss it behind a short host: http://gw/graphql.
  return new Elysia({ handler: { standardHostname: false } }).use(
    yoga({
      path,
      graphqlEndpoint: path,
      schema,
      context: ({ request }) => contextFor(request),
      plugins: [plugin],
      parserAndValidationCache: documents.caches,
      // How many, the request's reader decides.
      batching: { limit: Number.POSITIVE_INFINITY },
      multipart: false,
      // The reader counts bytes itself: yoga's way makes a second Request of each.
      maxRequestBodySize: false,
      // Errors become what the caller may see in one place, formatError.
      maskedErrors: false,
      landingPage: false,
      graphiql: false,
      healthCheckEndpoint: "/graphql/no-health-check-here",
      logging: {
        debug: (...message) => log.trace(message.join(" ")),
        info: (...message) => log.debug(message.join(" ")),
        warn: (...message) => log.warn(message.join(" ")),
        error: (...message) => log.error(message.join(" ")),
      },
    }),
  );
}

/** Before the body is read: what waits here holds memory. */
function tooMany(request: Request, concurrency_max: number): Response {
  const message = `The gateway is over the limit of concurrency: allowed are ${concurrency_max} requests at once.`;
  const { request_id: requestId } = contextOf(request);
  const found = { limit: "concurrency", found: concurrency_max + 1, allowed: concurrency_max };
  const extensions = { code: "LIMIT_EXCEEDED", status: 503, ...found, requestId, retryAfter: 1 };
  return respond({ errors: [{ message, extensions }] }, negotiate(request.headers.get("accept")) ?? "application/json");
}

/** What is no GET or HEAD, which have been answered already. */
function operationalMethod(request: Request): Response {
  contextOf(request).endpoint = pathOf(request.url);
  return request.method === "OPTIONS" ? options(operationalMethods) : notAllowed(request, operationalMethods);
}

function options(allow: string): Response {
  return new Response(null, { status: 204, headers: { allow } });
}

function notAllowed(request: Request, allow: string): Response {
  const refused = problem(405, "method_not_allowed", `${request.method} is not allowed here.`, request);
  refused.headers.set("allow", allow);
  return refused;
}

const titles = { 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed" } as const;

function problem(status: keyof typeof titles, code: string, detail: string, request: Request): Response {
  const { request_id } = contextOf(request);
  const title = titles[status];
  const body = { type: "about:blank", title, status, detail, instance: pathOf(request.url), code, request_id };
  return Response.json(body, { status, headers: { "content-type": "application/problem+json" } });
}

function asGet(request: Request): Request {
  const get = new Request(request.url, { headers: request.headers, signal: request.signal });
  registerContext(get, contextOf(request));
  return get;
}

/** GET's headers, with the length of the body that is left out (RFC 9110, section 9.3.2). */
async function withoutBody(response: Response): Promise<Response> {
  const { byteLength } = await response.bytes();
  const { status, headers } = response;
  headers.set("content-length", String(byteLength));
  return new Response(null, { status, headers });
}
