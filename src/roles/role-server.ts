import type { Role } from "../config/config.ts";
import { createHealth, type Health } from "../platform/health.ts";
import { type Handler, type HttpServer, serveHttp } from "../platform/http-server.ts";
import { httpHooks } from "./http-hooks.ts";
import type { RoleContext } from "./role-context.ts";

export interface RoleServer extends AsyncDisposable {
  readonly role: Role;
  readonly url: string;
  readonly health: Health;
  /** From here on `handler` answers; before, every path but the operational ones is 503. */
  start(handler: Handler): void;
}

/** Opens a role's port before anything else, so that a taken one is told of first, and probes are answered while the role waits. */
export function openRoleServer(context: RoleContext, role: Role): RoleServer {
  const log = context.log.child({ role });
  const health = createHealth({ role, version: context.build.version });
  let handler: Handler = async () => starting();
  const server: HttpServer = serveHttp({
    role,
    listen: context.config.listen[role],
    handler: (request) => handler(request),
    health,
    metricsText: () => context.metrics.registry.metrics(),
    hooks: httpHooks(context.metrics, log),
  });
  log.info({ url: server.url }, "listening");
  return {
    role,
    url: server.url,
    health,
    start(next) {
      handler = next;
      health.enter("running");
      log.info({ url: server.url }, "ready");
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** RFC 9457, like every other error; the services that are missing are named by /api/v1/health. */
function starting(): Response {
  const problem = {
    type: "about:blank",
    title: "Service Unavailable",
    status: 503,
    detail: "This process is still starting; /api/v1/health names what it waits for.",
    code: "unavailable",
  };
  return Response.json(problem, { status: 503, headers: { "content-type": "application/problem+json", "retry-after": "1" } });
}
