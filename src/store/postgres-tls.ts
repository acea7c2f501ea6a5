import type { ConnectionOptions } from "node:tls";
import type { SslMode } from "../config/config.ts";
import { sqlState } from "./sql-errors.ts";

/**
 * libpq's sslmode (PostgreSQL manual, section 32.19) as options of node:tls. Certificates are checked against the
 * system's authorities and those of NODE_EXTRA_CA_CERTS.
 */
export function tlsOptions(mode: SslMode): ConnectionOptions | false {
  switch (mode) {
    case "disable":
      return false;
    case "prefer":
    case "require":
      return { rejectUnauthorized: false };
    case "verify-ca":
      return { rejectUnauthorized: true, checkServerIdentity: () => undefined };
    case "verify-full":
      return { rejectUnauthorized: true };
    default:
      return mode satisfies never;
  }
}

/** Whether `prefer` goes on without TLS: the server has none, the handshake failed, or pg_hba.conf wants none (28000). */
export function refusedTls(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (sqlState(error) === "28000") return true;
  if (/does not support SSL|establishing an SSL/.test(error.message)) return true;
  return "code" in error && typeof error.code === "string" && /^(ERR_SSL|ERR_TLS|EPROTO)/.test(error.code);
}
