import { yoga } from "@elysiajs/graphql-yoga";
import { Elysia } from "elysia";
import type { Plugin } from "graphql-yoga";
import type { GatewayLimits } from "../config/config.ts";
import type { Logger } from "../platform/log.ts";
import { pathOf } from "../platform/operational-routes.ts";
import { contextOf, registerContext } from "../platform/request-context.ts";
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
  readonly hooks?: Pick<GraphqlHooks, "onOperation">;
}

const path = "/graphql";
const allow = "GET, HEAD, POST, OPTIONS";

/** Answers `/graphql`; everything else is 404. Never rejects because of what was asked. */
export function createGatewayHandler(parts: GatewayParts): (request: Request) => Promise<Response> {
  const { limits, persisted, restClient, log } = parts;
  const documents = createDocuments();
  const execution = createExecution(limits);
  const contextFor = (request: Request) => createOperationContext(restClient, request);
  const onOperation = parts.hooks?.onOperation ?? (() => {});
  const onInternalError: OnInternalError = (error, request_id) =>
    log.error({ err: error, request_id }, "a GraphQL operation failed");
  const runKnown = createKnownOperations({ documents, execution, contextFor, onOperation, onInternalError });
  /** A body can be read once: what it asks for, for yoga. */
  const asked = new WeakMap<Request, Promise<GraphqlRequest>>();
  const read = (request: Request) => asked.get(request) ?? readGraphqlRequest(request, { limits, persisted });
  const hooks = { onOperation, onInternalError };
  const plugin = createGraphqlPlugin({ limits, introspection: parts.introspection, documents, execution, read, hooks });
  const app = createApp({ plugin, documents, contextFor, log });
  const graphiql = parts.graphiql ? createGraphiql() : undefined;
  const { concurrency_max } = limits;
  let in_flight = 0;

  async function answerWithin(request: Request): Promise<Response> {
    const reading = read(request);
    asked.set(request, reading);
    // What is wrong with the request is for yoga to say.
    const known = await reading.then(
      (operations) => runKnown(request, operations),
      () => undefined,
    );
    return known ?? (await app.fetch(request));
  }

  async function answer(request: Request): Promise<Response> {
    if (in_flight >= concurrency_max) return tooMany(request, concurrency_max);
    in_flight++;
    try {
      return await answerWithin(request);
    } finally {
      in_flight--;
    }
  }

  return async (request) => {
    const context = contextOf(request);
    const pathname = pathOf(request.url);
    if (pathname !== path) return problem(404, "not_found", `There is nothing at ${pathname}; GraphQL is at ${path}.`, request);
    context.endpoint = path;
    switch (request.method) {
      case "GET":
        if (graphiql && wantsGraphiql(request)) return graphiql(request);
        return answer(request);
      case "POST":
        return answer(request);
      case "HEAD":
        return withoutBody(await answer(asGet(request)));
      case "OPTIONS":
        return new Response(null, { status: 204, headers: { allow } });
      default: {
        const refused = problem(405, "method_not_allowed", `${request.method} is not allowed here.`, request);
        refused.headers.set("allow", allow);
        return refused;
      }
    }
  };
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

function problem(status: number, code: string, detail: string, request: Request): Response {
  const { request_id } = contextOf(request);
  const title = status === 404 ? "Not Found" : "Method Not Allowed";
  const body = { type: "about:blank", title, status, detail, instance: new URL(request.url).pathname, code, request_id };
  return Response.json(body, { status, headers: { "content-type": "application/problem+json" } });
}

function asGet(request: Request): Request {
  const get = new Request(request.url, { headers: request.headers, signal: request.signal });
  registerContext(get, contextOf(request));
  return get;
}

function withoutBody(response: Response): Response {
  return new Response(null, { status: response.status, headers: response.headers });
}
