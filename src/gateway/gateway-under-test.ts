import pino from "pino";
import type { GatewayLimits } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { createFakeRestApi } from "./fake-rest-api.ts";
import { createGatewayHandler, type GatewayParts } from "./handler.ts";
import { createAutomaticPersistedQueries } from "./persisted-queries.ts";
import { createRestClient } from "./rest-client.ts";

export interface GraphqlAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly data?: Readonly<Record<string, unknown>> | null;
    readonly errors?: readonly {
      readonly message: string;
      readonly path?: readonly (string | number)[];
      readonly extensions: Readonly<Record<string, unknown>>;
    }[];
    readonly extensions?: Readonly<Record<string, unknown>>;
  };
}

/** As with nothing set. */
export const defaultLimits: GatewayLimits = loadConfig({ env: {} }).gateway.limits;

/** A gateway over a REST API in memory; `logged` holds what it logged, `operations` what it counted. */
export function createGatewayUnderTest(parts: Partial<GatewayParts> = {}) {
  const rest = createFakeRestApi();
  const logged: Record<string, unknown>[] = [];
  const operations: string[] = [];
  const upstream: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => logged.push(JSON.parse(line)) });
  const handle = createGatewayHandler({
    restClient: createRestClient({
      base_url: "http://in-process",
      fetch: rest.fetch,
      hooks: { onCall: (operation, result) => upstream.push(`${operation} ${result}`) },
    }),
    log,
    graphiql: true,
    introspection: true,
    limits: defaultLimits,
    persisted: createAutomaticPersistedQueries(),
    hooks: { onOperation: (type, result) => operations.push(`${type} ${result}`) },
    ...parts,
  });

  async function ask(query: string, variables?: unknown, headers: Record<string, string> = {}): Promise<GraphqlAnswer> {
    const response = await handle(
      new Request("http://gateway/graphql", {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/graphql-response+json", ...headers },
        body: JSON.stringify({ query, variables }),
      }),
    );
    return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
  }

  return { rest, handle, ask, logged, operations, upstream };
}
