import { DeadlineExceeded } from "../platform/deadline.ts";

interface KafkaFault {
  readonly name: string;
  /** Kafka's name of a protocol error, as `MESSAGE_TOO_LARGE`. */
  readonly type: string | undefined;
  readonly retriable: boolean | undefined;
  readonly cause: unknown;
}

function faultOf(error: unknown): KafkaFault | undefined {
  if (!(error instanceof Error)) return undefined;
  const type = "type" in error && typeof error.type === "string" ? error.type : undefined;
  const retriable = "retriable" in error && typeof error.retriable === "boolean" ? error.retriable : undefined;
  // What an admin request about several topics throws holds an error for each.
  const cause = "errors" in error && Array.isArray(error.errors) ? error.errors[0] : error.cause;
  return { name: error.name, type, retriable, cause };
}

/** The error's own, then what caused it, from the outside in. */
function* faultsOf(error: unknown): Generator<KafkaFault> {
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

/** Whether repeating is in vain, as kafkajs judges it before it restarts a consumer by itself. */
export function isFinal(error: unknown): boolean {
  const faults = [...faultsOf(error)];
  if (faults.some(({ name }) => name === "KafkaJSNumberOfRetriesExceeded")) return false;
  return faults.at(-1)?.retriable !== true;
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
