import { tlsFailureOf } from "../platform/tls-failure.ts";
import { sqlState } from "./sql-errors.ts";

/**
 * Which variable to look at when a connection failed with `error`, a cause of it included, and what to do; undefined where the error says
 * it all. `prefix` is that of the database's variables.
 */
export function connectionAdvice(error: unknown, prefix: "DB1" | "DB2" | "DB…"): string | undefined {
  return tlsAdvice(error, prefix) ?? accessAdvice(error, prefix);
}

function tlsAdvice(error: unknown, prefix: string): string | undefined {
  const failure = tlsFailureOf(error);
  switch (failure) {
    case "untrusted":
      return `no authority that is trusted has signed the server's certificate; set ${prefix}_SSLROOTCERT to the file of the one that has`;
    case "wrong_name":
      return `the server's certificate is for another name; set ${prefix}_HOST to a name in it (or ${prefix}_SSLMODE=verify-ca, which does not look at names)`;
    case "not_valid_now":
      return "the server's certificate has expired or is not valid yet; renew it, or set the clock";
    case "not_tls":
      return `the server does not offer TLS, and ${prefix}_SSLMODE demands it; turn ssl on there (or set ${prefix}_SSLMODE=disable, on a network that you trust)`;
    case "refused_by_server":
      return `the server refused our certificate; check ${prefix}_SSLCERT against its ssl_ca_file`;
    case undefined:
      return undefined;
    default:
      return failure satisfies never;
  }
}

function accessAdvice(error: unknown, prefix: string): string | undefined {
  if (!(error instanceof Error)) return undefined;
  switch (sqlState(error)) {
    case "28P01":
      return `the database refused the password; check ${prefix}_USER and ${prefix}_PASSWORD`;
    case "28000":
      if (/client certificate/.test(error.message)) return `the database wants a certificate of ours; set ${prefix}_SSLCERT`;
      return /no encryption/.test(error.message)
        ? `the database takes nobody without TLS, or not this user; set ${prefix}_SSLMODE=verify-full, and check ${prefix}_USER and the server's pg_hba.conf`
        : `the database refused this user; check ${prefix}_USER and the server's pg_hba.conf`;
    case "3D000":
      return `there is no such database; create it or check ${prefix}_NAME`;
    default:
      return accessAdvice(error.cause, prefix);
  }
}
