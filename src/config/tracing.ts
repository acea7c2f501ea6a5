import type { TracingConfig } from "./config.ts";
import { variables } from "./env.ts";
import type { Reader } from "./reader.ts";

/**
 * Where spans go; undefined: nowhere. The names are OpenTelemetry's, and an environment may hold them for other programs: without an
 * endpoint none of the others is looked at.
 */
export function readTracing(reader: Reader): TracingConfig | undefined {
  const { tracing } = variables;
  const endpoint = reader.optional(tracing.endpoint);
  if (!reader.isSet(tracing.endpoint)) return undefined;
  reader.value(tracing.protocol);
  const service_name = reader.optional(tracing.service_name);
  const config = {
    headers: reader.optional(tracing.headers) ?? {},
    ...(service_name === undefined ? {} : { service_name }),
    resource_attributes: reader.optional(tracing.resource_attributes) ?? {},
    sampler: reader.value(tracing.sampler),
    sampler_ratio: reader.value(tracing.sampler_ratio),
  };
  return endpoint === undefined ? undefined : { endpoint, ...config };
}
