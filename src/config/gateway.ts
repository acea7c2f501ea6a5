import { resolve } from "node:path";
import type { GatewayConfig } from "./config.ts";
import { variables } from "./env.ts";
import type { Reader } from "./reader.ts";

/** A schema is no secret, but production need not read it out to whoever looks for weak spots. */
export function readGateway(reader: Reader, production: boolean): GatewayConfig {
  const { gateway, gateway_limits } = variables;
  const persisted_only = reader.optional(gateway.persisted_only);
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
    ...(persisted_only === undefined ? {} : { persisted_only: resolve(persisted_only) }),
  };
}
