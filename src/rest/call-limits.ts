import { AppError } from "../article/errors.ts";
import { networkOf } from "../platform/caller-address.ts";
import type { RateLimit } from "../platform/rate-limit.ts";
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

/**
 * Counts a call, and says why it may not go on. Who has shown a valid token is counted by its subject, wherever it calls from;
 * everyone else, bearers of invalid tokens too, by address. Who has neither, a gateway in this process, has limited its callers itself.
 */
export function limitedCall(
  { reads, writes }: CallLimits,
  rule: AccessRule,
  admission: Admission,
  { address }: RequestContext,
): LimitedCall | undefined {
  if (rule === "anyone") return undefined;
  const limit = rule === "write" ? writes : reads;
  const caller = limit && callerOf(admission, address);
  const limited = caller === undefined ? undefined : limit?.take(caller, performance.now());
  if (limited === undefined) return undefined;
  const { retry_after_s, headers } = limited;
  const message = `These are more ${rule}s than one caller may have; come again in ${retry_after_s} s.`;
  return { error: new AppError("rate_limited", message, { retry_after_s }), headers };
}

function callerOf(admission: Admission, address: string | undefined): string | undefined {
  if ("caller" in admission && admission.caller.subject !== "") return `subject ${admission.caller.subject}`;
  return address === undefined ? undefined : `address ${networkOf(address)}`;
}
