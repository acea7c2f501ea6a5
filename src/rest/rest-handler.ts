import { Elysia } from "elysia";
import { AppError } from "../article/errors.ts";
import type { Logger } from "../platform/log.ts";
import { pathOf } from "../platform/operational-routes.ts";
import { contextOf, type RequestContext } from "../platform/request-context.ts";
import { traceIdOf } from "../platform/trace.ts";
import type { ArticleReads, ArticleWrites, IdempotencyKeys, ViewCounts } from "../store/article-store.ts";
import type { VersionWait } from "../store/version-wait.ts";
import type { Access } from "./access/access.ts";
import { createReadsFor } from "./access/visible-reads.ts";
import { type Answer, emptyAnswer, toResponse } from "./answer.ts";
import { type CallLimits, countCall } from "./call-limits.ts";
import { whileAwaited } from "./caller-patience.ts";
import { documentRoutes } from "./docs-page.ts";
import { createOpenApiDocument } from "./openapi.ts";
import type { Call, Operation, Route } from "./operation.ts";
import { operationalRoutes } from "./operational-docs.ts";
import { decoded, invalidParameters } from "./parameters.ts";
import { problemAnswer, statusOf, toAppError } from "./problem.ts";
import { articleRoutes } from "./routes.ts";
import { openBounds, type WriteBounds } from "./write-bounds.ts";

export interface RestCommonParts {
  readonly reads: ArticleReads;
  readonly access: Access;
  readonly log: Logger;
  /** Whether /docs is served; /openapi.json always is. */
  readonly docs: boolean;
  /** Undefined: callers may have as much as they like. */
  readonly rateLimits?: CallLimits;
}

export interface WritableParts extends RestCommonParts {
  readonly writable: true;
  readonly writes: ArticleWrites;
  readonly idempotency: IdempotencyKeys;
  readonly views: ViewCounts;
  readonly now: () => Date;
  readonly bounds?: WriteBounds;
}

export interface ReadOnlyParts extends RestCommonParts {
  readonly writable: false;
  /** Seconds that the replica is behind, told with each answer; undefined while that is not known. */
  readonly replicaLag?: () => number | undefined;
  /** For `Blog-Min-Version`. */
  readonly versions?: VersionWait;
}

export type RestParts = WritableParts | ReadOnlyParts;

/** The REST API as one function. It never rejects: what goes wrong is answered as a problem document (RFC 9457). */
export function createRestHandler(parts: RestParts): (request: Request) => Promise<Response> {
  const readsFor = createReadsFor(parts.reads);
  const articles = parts.writable
    ? articleRoutes({ readsFor, views: parts.views }, { ...parts, ...openBounds(parts.bounds) })
    : articleRoutes({ readsFor, versions: parts.versions });
  const documented = [...articles, ...operationalRoutes];
  const document = JSON.stringify(createOpenApiDocument(documented, parts));
  const routes = [...documented, ...documentRoutes(document, parts.docs)].map(serve);
  const lagHeaders = lagHeadersOf(parts);

  /** A path without parameters has no `params` at all. */
  async function answer(request: Request, params: Call["params"] | undefined, route: ServedRoute | undefined): Promise<Response> {
    const context = contextOf(request);
    let given: Answer;
    try {
      if (route === undefined) throw unknownPath(request);
      context.endpoint = route.template;
      given = await whileAwaited(request, (signal) => dispatch(route, parts, { request, context, params: params ?? {}, signal }));
    } catch (thrown) {
      given = problem(thrown, request, context, parts.log);
    }
    return toResponse(
      lagHeaders === undefined ? given : { ...given, headers: { ...given.headers, ...lagHeaders() } },
      request.method,
      context,
    );
  }

  const app = new Elysia({
    strictPath: true,
    // Else a Host header shorter than four characters shifts where the path is read.
    handler: { standardHostname: false },
  });
  for (const route of routes) {
    const path = route.template.replace(/\{(\w+)\}/g, ":$1");
    // One handler for every method, since the router would find `/articles/{id}` for a PUT of `/articles/search`.
    // HEAD by itself: Elysia's own way for HEAD reads the whole body to learn its length.
    app.route("HEAD", path, ({ request, params }) => answer(request, params, route), { parse: "none" });
    app.all(path, ({ request, params }) => answer(request, params, route), { parse: "none" });
  }
  app.all("*", ({ request }) => answer(request, undefined, undefined), { parse: "none" });
  app.compile();

  return async (request) => app.fetch(request);
}

/** A route as it is served: what does not change between requests is worked out once. */
interface ServedRoute {
  readonly template: string;
  readonly allow: string;
  readonly operations: ReadonlyMap<string, Operation>;
}

function serve(route: Route): ServedRoute {
  return { template: route.template, allow: allowOf(route), operations: new Map(Object.entries(route.operations)) };
}

async function dispatch(
  { allow, operations }: ServedRoute,
  { access, rateLimits }: Pick<RestCommonParts, "access" | "rateLimits">,
  call: Omit<Call, "caller" | "chargeBody">,
): Promise<Answer> {
  const { method } = call.request;
  if (method === "OPTIONS") return emptyAnswer(204, { allow });
  const operation = operations.get(method === "HEAD" ? "GET" : method);
  const origin = { instance: pathOf(call.request.url), request_id: call.context.request_id };
  if (operation !== undefined) {
    const admission = await access.admit(call.request, operation.access);
    const counted = rateLimits && countCall(rateLimits, operation.access, admission, call.context);
    if (counted && "limited" in counted) return problemAnswer(counted.limited.error, origin, counted.limited.headers);
    if ("caller" in admission) return operation.run({ ...call, caller: admission.caller, chargeBody: counted?.chargeBody });
    return problemAnswer(admission.refused, origin, { "www-authenticate": admission.challenge });
  }
  const message = `${method.slice(0, 20)} is not allowed here; ${allow === "" ? "nothing is on this server" : `allowed: ${allow}`}.`;
  return problemAnswer(new AppError("method_not_allowed", message), origin, { allow });
}

function allowOf({ operations }: Route): string {
  return Object.keys(operations)
    .flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]))
    .join(", ");
}

function unknownPath(request: Request): AppError {
  const path = pathOf(request.url);
  if (decoded(path) !== undefined) return new AppError("not_found", "There is nothing at this path.");
  return invalidParameters([{ pointer: "path", detail: "The path is not percent-encoded UTF-8.", code: "malformed" }]);
}

/** Nobody reads it but our metrics: nginx's number for a caller that has gone, which is no fault of the server's. */
const status_caller_gone = 499;

/** The answer to whatever was thrown. What the caller cannot help is logged with the id that the answer shows. */
function problem(thrown: unknown, request: Request, context: RequestContext, log: Logger): Answer {
  if (request.signal.aborted) return emptyAnswer(status_caller_gone);
  const error = toAppError(thrown);
  const { request_id, endpoint, traceparent } = context;
  if (statusOf(error.code) >= 500) {
    const fields = { err: error.cause ?? error, request_id, trace_id: traceIdOf(traceparent), endpoint };
    if (error.code === "internal") log.error(fields, "request failed");
    else log.warn(fields, error.message);
  }
  return problemAnswer(error, { instance: pathOf(request.url), request_id });
}

/** Milliseconds are as fine as clocks of two machines agree. */
function lagHeadersOf(parts: RestParts): (() => Record<string, string>) | undefined {
  if (parts.writable || parts.replicaLag === undefined) return undefined;
  const { replicaLag } = parts;
  return () => {
    const seconds = replicaLag();
    return seconds === undefined ? {} : { "blog-replica-lag-seconds": String(Math.max(0, Math.round(seconds * 1000) / 1000)) };
  };
}
