import type { GatewayConfig } from "./config.ts";
import { variables } from "./env.ts";
import { readQueryList } from "./query-list.ts";
import type { Reader } from "./reader.ts";

/** A schema is no secret, but production need not read it out to whoever looks for weak spots. */
export function readGateway(reader: Reader, production: boolean, serves_graphql: boolean): GatewayConfig {
  const { gateway, gateway_limits } = variables;
  const only_queries = serves_graphql ? readQueryList(reader, gateway.persisted_only) : undefined;
  return {
    limits: {
      body_bytes_max: reader.value(gateway_limits.body_bytes_max),
      query_bytes_max: reader.value(gateway_limits.query_bytes_max),
      batch_operations_max: reader.value(gateway_limits.batch_operations_max),
      tokens_max: reader.value(gateway_limits.tokens_max),
      depth_max: reader.value(gateway_limits.depth_max),
      aliases_max: reader.value(gateway_limits.aliases_max),
      directives_max: reader.value(gateway_limits.directives_max),
      cost_max: reader.value(gateway_limits.cost_max),
      variables_max: reader.value(gateway_limits.variables_max),
      concurrency_max: reader.value(gateway_limits.concurrency_max),
    },
    introspection: reader.optional(gateway.introspection) ?? !production,
    ...(only_queries === undefined ? {} : { only_queries }),
  };
}
