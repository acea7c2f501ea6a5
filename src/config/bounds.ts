import type { RateLimitConfig, RequestBounds } from "./config.ts";
import { variables } from "./env.ts";
import type { Reader } from "./reader.ts";

/** How much of a role anybody may have at once. */
export function readBounds(reader: Reader): RequestBounds {
  const { bounds } = variables;
  return {
    connections_max: reader.value(bounds.connections_max),
    keep_alive_s: reader.value(bounds.keep_alive_seconds),
    body_timeout_ms: reader.value(bounds.request_timeout_seconds) * 1_000,
    writes_max: reader.value(bounds.writes_max),
    bodies_bytes_max: reader.value(bounds.bodies_bytes_max),
  };
}

/** In production, of each caller: far over what a reader does and what an author does, and little enough to leave room for others. */
const production_per_second = { reads: 100, writes: 50 } as const;

/** How much of it each caller may have. */
export function readRateLimits(reader: Reader, production: boolean): RateLimitConfig {
  const { reads, writes, trust_proxy } = variables.rate_limits;
  const trusted_proxies = reader.optional(trust_proxy);
  return {
    reads_per_second: reader.optional(reads) ?? (production ? production_per_second.reads : 0),
    writes_per_second: reader.optional(writes) ?? (production ? production_per_second.writes : 0),
    ...(trusted_proxies === undefined ? {} : { trusted_proxies }),
  };
}
