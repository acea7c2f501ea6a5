import { AppError } from "../article/errors.ts";
import { callerAt } from "../platform/caller-address.ts";
import { type RateLimit, requestsInBody } from "../platform/rate-limit.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { AccessRule, Admission } from "./access/access.ts";

export interface CallLimits {
  readonly reads?: RateLimit;
  readonly writes?: RateLimit;
}

export interface LimitedCall {
  readonly error: AppError;
  readonly headers: Readonly<Record<string, string>>;
}

/** A call that was counted: why it may not go on, or what takes its body into account once that is read. */
export type CountedCall = { readonly limited: LimitedCall } | { readonly chargeBody: (bytes: number) => void };

const free: CountedCall = { chargeBody() {} };

/**
 * Counts a call, and says why it may not go on. Who has shown a valid token is counted by its subject, wherever it calls from;
 * everyone else, bearers of invalid tokens too, by address. Who has neither, a gateway in this process, has limited its callers itself.
 */
export function countCall(
  { reads, writes }: CallLimits,
  rule: AccessRule,
  admission: Admission,
  { address }: RequestContext,
): CountedCall {
  if (rule === "anyone") return free;
  const limit = rule === "write" ? writes : reads;
  const caller = limit && callerOf(admission, address);
  if (limit === undefined || caller === undefined) return free;
  const limited = limit.take(caller, performance.now());
  if (limited === undefined) {
    return rule === "read" ? free : { chargeBody: (bytes) => limit.owe(caller, requestsInBody(bytes), performance.now()) };
  }
  const { retry_after_s, headers } = limited;
  const message = `These are more ${rule}s than one caller may have; come again in ${retry_after_s} s.`;
  return { limited: { error: new AppError("rate_limited", message, { retry_after_s }), headers } };
}

function callerOf(admission: Admission, address: string | undefined): string | undefined {
  if ("caller" in admission && admission.caller.subject !== "") return `subject ${admission.caller.subject}`;
  return address === undefined ? undefined : callerAt(address);
}
