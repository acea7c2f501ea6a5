/** So many requests a second of each caller, and at most `burst` of them at once. */
export interface RateLimitSettings {
  /** Of the policy, for the caller to read. */
  readonly name: string;
  readonly per_second: number;
  readonly burst: number;
  /** Callers that are remembered; of more, those forgotten first start anew. */
  readonly callers_max?: number;
}

export interface RateLimit {
  /** Undefined when the caller may go on; else what to tell it. */
  take(caller: string, now_ms: number): RateLimited | undefined;
  /** Counts so many requests more, of one that has gone on: they are paid for before the caller's next one. */
  owe(caller: string, requests: number, now_ms: number): void;
}

export interface RateLimited {
  /** After which one more request may come. */
  readonly retry_after_s: number;
  /** `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10). */
  readonly headers: Readonly<Record<string, string>>;
}

/** A body counts once more for each of these: a megabyte of text takes both databases as long as a hundred articles of ten kilobytes. */
const counted_body_bytes = 8_192;

/** How many requests a body counts for, beside its own. */
export function requestsInBody(bytes: number): number {
  return Math.floor(bytes / counted_body_bytes);
}

/** Some ten megabytes at most; an entry is a text and a number. */
const callers_max_default = 50_000;

/**
 * A token bucket a caller, in this process. Kept as one number, the time until which a caller's requests are paid for (the generic cell
 * rate algorithm): nothing has to be refilled, and a time that has passed says nothing any more. In whole microseconds, which add up
 * exactly for two centuries: a fraction lost with each price would be a request of a long burst.
 */
export function createRateLimit({ name, per_second, burst, callers_max = callers_max_default }: RateLimitSettings): RateLimit {
  const price_us = Math.ceil(1_000_000 / per_second);
  const credit_us = burst * price_us;
  const policy = `"${name}";q=${burst};w=${Math.ceil(burst / per_second)}`;
  let young = new Map<string, number>();
  let old = new Map<string, number>();

  return {
    take(caller, now_ms) {
      const now_us = wholeMicroseconds(now_ms);
      const paid_until_us = paidUntil(caller, now_us) + price_us;
      const short_us = paid_until_us - now_us - credit_us;
      if (short_us > 0) return limited(short_us);
      remember(caller, paid_until_us);
      return undefined;
    },
    owe(caller, requests, now_ms) {
      if (requests > 0) remember(caller, paidUntil(caller, wholeMicroseconds(now_ms)) + requests * price_us);
    },
  };

  function paidUntil(caller: string, now_us: number): number {
    return Math.max(young.get(caller) ?? old.get(caller) ?? 0, now_us);
  }

  function remember(caller: string, paid_until_us: number): void {
    if (young.size >= callers_max) [young, old] = [new Map(), young];
    young.set(caller, paid_until_us);
  }

  function limited(short_us: number): RateLimited {
    const retry_after_s = Math.max(1, Math.ceil(short_us / 1_000_000));
    return { retry_after_s, headers: { "ratelimit-policy": policy, ratelimit: `"${name}";r=0;t=${retry_after_s}` } };
  }
}

function wholeMicroseconds(time_ms: number): number {
  return Math.floor(time_ms * 1_000);
}
