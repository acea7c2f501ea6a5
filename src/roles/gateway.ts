import { createGatewayHandler } from "../gateway/handler.ts";
import { createRestClient, type Fetch } from "../gateway/rest-client.ts";
import type { Check } from "../platform/health.ts";
import type { Handler } from "../platform/http-server.ts";
import type { RoleContext, RunningRole } from "./role-context.ts";
import { openRoleServer } from "./role-server.ts";

export interface GatewayRoleParts {
  /** The API of this process, when the configuration names no other. */
  readonly api?: Handler;
}

/** A host that is never looked up: requests with it stay in the process. */
const in_process_url = "http://api.in-process";

/** GraphQL over the REST API. */
export async function startGateway(context: RoleContext, { api }: GatewayRoleParts): Promise<RunningRole> {
  const { config, metrics } = context;
  const log = context.log.child({ role: "gateway" });
  await using parts = new AsyncDisposableStack();

  const base_url = config.rest_api_url ?? in_process_url;
  const call: Fetch = config.rest_api_url === undefined && api ? api : (request) => fetch(request);
  const server = parts.use(
    openRoleServer(context, {
      role: "gateway",
      listen: config.listen.gateway,
      checks: config.rest_api_url === undefined ? [] : [apiCheck(config.rest_api_url)],
    }),
  );

  const restClient = createRestClient({
    base_url,
    fetch: call,
    hooks: {
      onCall(operation, result, duration_ms) {
        metrics.upstream.requests.labels("api", operation, result).inc();
        metrics.upstream.duration.labels("api", operation).observe(duration_ms / 1000);
      },
    },
  });
  const handler = createGatewayHandler({
    restClient,
    log,
    development: config.env === "development",
    hooks: {
      onOperation(operation_type, result) {
        metrics.graphql.operations.labels(operation_type, result).inc();
      },
    },
  });
  server.start(handler);
  const opened = parts.move();
  return { server, handler, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** Told of, but not required: a gateway that left the balancer with its API could not even say what is wrong. */
function apiCheck(url: string): Check {
  const live = new URL("/api/v1/health/live", url);
  return {
    name: "api",
    required: false,
    async run() {
      const response = await fetch(live, { signal: AbortSignal.timeout(800) });
      await response.body?.cancel();
      return response.ok ? { state: "up" } : { state: "down", detail: `the API answers ${response.status}` };
    },
  };
}
