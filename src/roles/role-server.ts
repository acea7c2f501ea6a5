import { AppError } from "../article/errors.ts";
import type { Role } from "../config/config.ts";
import { createAnswerHeaders, createSecureCheck } from "../platform/answer-headers.ts";
import { createBearerCheck } from "../platform/bearer-check.ts";
import { createCallerAddress } from "../platform/caller-address.ts";
import type { Listener } from "../platform/connection-limit.ts";
import { createHealth, type Health } from "../platform/health.ts";
import { type Handler, serveHttp } from "../platform/http-server.ts";
import { pathOf } from "../platform/operational-routes.ts";
import { contextOf } from "../platform/request-context.ts";
import { toResponse } from "../rest/answer.ts";
import { problemAnswer } from "../rest/problem.ts";
import { watchHealth } from "./health-gauges.ts";
import { httpHooks } from "./http-hooks.ts";
import { countsCallers } from "./rate-limits.ts";
import type { RoleContext } from "./role-context.ts";

export interface RoleServer extends AsyncDisposable {
  readonly role: Role;
  readonly url: string;
  readonly health: Health;
  /** What answers now, for callers in this process: before the role is started, a 503 like every stranger's. */
  readonly handler: Handler;
  readonly listener: Listener;
  /** From here on `handler` answers; before, every path but the operational ones is 503. */
  start(handler: Handler): void;
}

/** Opens a role's port before anything else, so that a taken one is told of first, and probes are answered while the role waits. */
export function openRoleServer(context: RoleContext, role: Role): RoleServer {
  const log = context.log.child({ role });
  const { web, listen, bounds, rate_limits } = context.config;
  const secure = createSecureCheck({
    tls: listen[role].tls !== undefined,
    behind_proxy: rate_limits.trusted_proxies !== undefined,
  });
  const health = createHealth({ role });
  watchHealth(context.metrics, role, health);
  let current: Handler = async (request) => starting(request);
  const latest: Handler = (request) => current(request);
  const handler = context.tracing?.handler(role, latest) ?? latest;
  const server = serveHttp({
    role,
    listen: listen[role],
    handler,
    health,
    metricsText: () => context.metrics.registry.metrics(),
    mayScrape: web.metrics_token === undefined ? undefined : createBearerCheck(web.metrics_token),
    callerAddress: countsCallers(rate_limits) ? createCallerAddress(rate_limits.trusted_proxies) : undefined,
    keep_alive_s: bounds.keep_alive_s,
    answerHeaders: createAnswerHeaders({ ...web, secure }),
    hooks: httpHooks(context.metrics, log),
  });
  log.info({ url: server.url }, "listening");
  return {
    role,
    url: server.url,
    health,
    handler,
    listener: server,
    start(next) {
      current = next;
      health.enter("running");
      log.info({ url: server.url }, "ready");
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The services that are missing are named by /api/v1/health. */
function starting(request: Request): Response {
  const message = "This process is still starting; /api/v1/health names what it waits for.";
  const context = contextOf(request);
  const origin = { instance: pathOf(request.url), request_id: context.request_id };
  return toResponse(problemAnswer(new AppError("unavailable", message, { retry_after_s: 1 }), origin), request.method, context);
}
