import { DeadlineExceeded } from "../platform/deadline.ts";

interface KafkaFault {
  readonly name: string;
  /** Kafka's name of a protocol error, as `MESSAGE_TOO_LARGE`. */
  readonly type: string | undefined;
  readonly cause: unknown;
}

function faultOf(error: unknown): KafkaFault | undefined {
  if (!(error instanceof Error)) return undefined;
  const type = "type" in error && typeof error.type === "string" ? error.type : undefined;
  // What an admin request about several topics throws holds an error for each.
  const cause = "errors" in error && Array.isArray(error.errors) ? error.errors[0] : error.cause;
  return { name: error.name, type, cause };
}

/** The error's own, then what caused it, from the outside in. */
export function* faultsOf(error: unknown): Generator<KafkaFault> {
  for (let fault = faultOf(error); fault; fault = faultOf(fault.cause)) yield fault;
}

/** Kafka's name of the protocol error at the bottom of this one, if there is one. */
export function protocolErrorOf(error: unknown): string | undefined {
  for (const { type } of faultsOf(error)) if (type !== undefined) return type;
  return undefined;
}

export function isTooLarge(error: unknown): boolean {
  const type = protocolErrorOf(error);
  return type === "MESSAGE_TOO_LARGE" || type === "RECORD_LIST_TOO_LARGE";
}

/** Kafka protocol, error codes: only a person can change these answers. */
const final_types = new Set([
  "SASL_AUTHENTICATION_FAILED",
  "UNSUPPORTED_SASL_MECHANISM",
  "ILLEGAL_SASL_STATE",
  "SECURITY_DISABLED",
  "TOPIC_AUTHORIZATION_FAILED",
  "GROUP_AUTHORIZATION_FAILED",
  "CLUSTER_AUTHORIZATION_FAILED",
  "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
  "UNSUPPORTED_VERSION",
  "INVALID_GROUP_ID",
  "INVALID_SESSION_TIMEOUT",
  "INCONSISTENT_GROUP_PROTOCOL",
]);

const final_names = new Set([
  "KafkaJSSASLAuthenticationError",
  "KafkaJSServerDoesNotSupportApiKey",
  "KafkaJSUnsupportedMagicByteInMessageSet",
  "KafkaJSNotImplemented",
  // A bug: ours or the library's.
  "TypeError",
  "ReferenceError",
  "RangeError",
  "SyntaxError",
]);

/**
 * Whether repeating, on new connections, is in vain. Not as kafkajs judges it: for that a group coordinator that is still being
 * made, on a new broker, is final, and so is a lock that took too long.
 */
export function isFinal(error: unknown): boolean {
  return [...faultsOf(error)].some(({ name, type }) => final_names.has(name) || (type !== undefined && final_types.has(type)));
}

const refused_login_types = new Set(["SASL_AUTHENTICATION_FAILED", "UNSUPPORTED_SASL_MECHANISM", "ILLEGAL_SASL_STATE"]);

/** Whether the broker does not take the credentials, or this kind of them. */
export function isRefusedLogin(error: unknown): boolean {
  return [...faultsOf(error)].some(
    ({ name, type }) => name === "KafkaJSSASLAuthenticationError" || (type !== undefined && refused_login_types.has(type)),
  );
}

/** One of few words, for a label. */
export function reasonOf(error: unknown): string {
  if (error instanceof DeadlineExceeded) return "timeout";
  if (isTooLarge(error)) return "too_large";
  const type = protocolErrorOf(error);
  if (type !== undefined) return type.toLowerCase();
  const names = [...faultsOf(error)].map(({ name }) => name);
  if (names.some((name) => name.includes("Timeout"))) return "timeout";
  if (names.some((name) => name.includes("Connection") || name.includes("Broker"))) return "connection";
  return "other";
}
