/** What keeps a TLS connection from coming about, as far as a person can do something about it. */
export type TlsFailure = "untrusted" | "wrong_name" | "not_valid_now" | "not_tls" | "refused_by_server";

/** OpenSSL's names (verify(1)), as Node and Bun have them in an error's code. */
const byCode: Readonly<Record<string, TlsFailure>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "untrusted",
  UNABLE_TO_GET_ISSUER_CERT: "untrusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "untrusted",
  SELF_SIGNED_CERT_IN_CHAIN: "untrusted",
  DEPTH_ZERO_SELF_SIGNED_CERT: "untrusted",
  CERT_SIGNATURE_FAILURE: "untrusted",
  ERR_TLS_CERT_ALTNAME_INVALID: "wrong_name",
  CERT_HAS_EXPIRED: "not_valid_now",
  CERT_NOT_YET_VALID: "not_valid_now",
};

/** What is wrong with the TLS of the connection that failed with `error`, a cause of it included; undefined: something else. */
export function tlsFailureOf(error: unknown): TlsFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return byCode[code] ?? byText(`${code} ${error.message}`) ?? tlsFailureOf(error.cause);
}

function byText(text: string): TlsFailure | undefined {
  // RFC 8446, section 6: the other side says so in an alert.
  if (/ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_\w+)|alert (unknown ca|bad certificate|certificate \w+)/i.test(text)) {
    return "refused_by_server";
  }
  return /WRONG_VERSION_NUMBER|does not support SSL|before secure TLS connection/.test(text) ? "not_tls" : undefined;
}
