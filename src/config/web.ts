import type { WebConfig } from "./config.ts";
import { variables } from "./env.ts";
import type { Reader } from "./reader.ts";

/** What the ports show to browsers and to whoever scrapes. */
export function readWeb(reader: Reader): WebConfig {
  const { web } = variables;
  const cors_origins = reader.optional(web.cors_origins);
  const metrics_token = reader.optional(web.metrics_token);
  return {
    docs: reader.value(web.docs),
    ...(cors_origins === undefined ? {} : { cors_origins }),
    ...(metrics_token === undefined ? {} : { metrics_token }),
  };
}
