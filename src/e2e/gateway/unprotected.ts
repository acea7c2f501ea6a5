import pino from "pino";
import { loadConfig } from "../../config/load.ts";
import type { CallPolicy } from "../../gateway/call-policy.ts";
import { createGatewayHandler } from "../../gateway/handler.ts";
import { createAutomaticPersistedQueries } from "../../gateway/persisted-queries.ts";
import { createRestClient } from "../../gateway/rest-client.ts";

/** What a gateway is without its policy, to be shown beside the real one: each call tried up to `attempts_max` times at once, no replica. */
export function serveUnprotected(base_url: string, attempts_max: number) {
  const policy: CallPolicy = async (call, attempt) => {
    for (let n = 1; ; n++) {
      try {
        return await attempt(call.signal);
      } catch (error) {
        if (n === attempts_max) throw error;
      }
    }
  };
  const handler = createGatewayHandler({
    restClient: createRestClient({ base_url, fetch: (request) => fetch(request), policy, hooks: { onCall() {} } }),
    log: pino({ level: "silent" }),
    graphiql: false,
    introspection: false,
    limits: loadConfig({ env: {} }).gateway.limits,
    persisted: createAutomaticPersistedQueries(),
  });
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: handler });
  return { url: `http://127.0.0.1:${server.port}`, [Symbol.asyncDispose]: () => server.stop(true) };
}
