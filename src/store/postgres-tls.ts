import { type ConnectionOptions, checkServerIdentity } from "node:tls";
import type { PostgresConfig } from "../config/config.ts";
import { sqlState } from "./sql-errors.ts";

type TlsConfig = Pick<PostgresConfig, "host" | "ssl_mode" | "ssl_root_cert" | "ssl_identity">;

/**
 * libpq's sslmode (PostgreSQL manual, section 32.19) as options of node:tls. Without authorities of its own a certificate is checked
 * against the well-known ones and those of NODE_EXTRA_CA_CERTS. A socket of this machine has no TLS, whatever the mode.
 */
export function tlsOptions({ host, ssl_mode, ssl_root_cert, ssl_identity }: TlsConfig): ConnectionOptions | false {
  if (host.startsWith("/")) return false;
  const shown = ssl_identity ?? {};
  const trusted = { ...shown, rejectUnauthorized: true, ...(ssl_root_cert === undefined ? {} : { ca: ssl_root_cert }) };
  switch (ssl_mode) {
    case "disable":
      return false;
    case "prefer":
    case "require":
      return { ...shown, rejectUnauthorized: false };
    case "verify-ca":
      return { ...trusted, checkServerIdentity: () => undefined };
    case "verify-full":
      // pg tells the socket no name where the host is an address: then the address has to stand in the certificate.
      return { ...trusted, checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate) };
    default:
      return ssl_mode satisfies never;
  }
}

/** Whether `prefer` goes on without TLS: the server has none, the handshake failed, or pg_hba.conf wants none (28000). */
export function refusedTls(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (sqlState(error) === "28000") return true;
  if (/does not support SSL|establishing an SSL/.test(error.message)) return true;
  return "code" in error && typeof error.code === "string" && /^(ERR_SSL|ERR_TLS|EPROTO)/.test(error.code);
}
