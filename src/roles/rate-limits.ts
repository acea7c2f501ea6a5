import type { RateLimitConfig } from "../config/config.ts";
import { variables } from "../config/env.ts";
import type { Logger } from "../platform/log.ts";
import { createRateLimit, type RateLimit } from "../platform/rate-limit.ts";

/** What each caller of a role may have; a limit that is not there lets all through. */
export interface RateLimits {
  readonly reads?: RateLimit;
  readonly writes?: RateLimit;
}

/** How many seconds' worth a caller may have at once: a page that loads, or a script that begins, asks for many things. */
const burst_s = 10;
/** One line tells it; the count is in the metrics, by the status 429. */
const told_every_ms = 60_000;

export function countsCallers({ reads_per_second, writes_per_second }: RateLimitConfig): boolean {
  return reads_per_second > 0 || writes_per_second > 0;
}

/** The limits of one role in this process. */
export function openRateLimits({ reads_per_second, writes_per_second }: RateLimitConfig, log: Logger): RateLimits {
  const tell = tellNowAndThen(log);
  const open = (name: string, per_second: number): RateLimit => {
    const limit = createRateLimit({ name, per_second, burst: per_second * burst_s });
    return {
      take(caller, now_ms) {
        const limited = limit.take(caller, now_ms);
        if (limited !== undefined) tell(name, caller);
        return limited;
      },
      owe: limit.owe,
    };
  };
  return {
    ...(reads_per_second > 0 && { reads: open("reads", reads_per_second) }),
    ...(writes_per_second > 0 && { writes: open("writes", writes_per_second) }),
  };
}

function tellNowAndThen(log: Logger): (limit: string, caller: string) => void {
  const { name } = variables.rate_limits.trust_proxy;
  let told_ms = Number.NEGATIVE_INFINITY;
  return (limit, caller) => {
    const now_ms = performance.now();
    if (now_ms - told_ms < told_every_ms) return;
    told_ms = now_ms;
    log.warn({ limit, caller }, `a caller asks for more than it may have; if it is a proxy or a gateway, name it in ${name}`);
  };
}
