/** W3C Trace Context, level 1: `version-traceid-parentid-flags`, all zero ids being invalid. */
const traceparentPattern = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/;

/** The caller's trace with a span of our own, or a new trace when the caller sent none that is valid. */
export function continueTrace(traceparent: string | null): string {
  const incoming = traceparent === null ? null : traceparentPattern.exec(traceparent);
  if (incoming) return `00-${incoming[1]}-${randomHex(8)}-${incoming[2]}`;
  const ids = randomHex(24);
  return `00-${ids.slice(0, 32)}-${ids.slice(32)}-01`;
}

export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}

export function isTraceparent(text: string): boolean {
  return traceparentPattern.test(text);
}

/** The trace id in what anyone may have written; undefined when it is no traceparent. */
export function traceIdIn(text: string): string | undefined {
  return traceparentPattern.exec(text)?.[1];
}

/** Visible ASCII without quotes or separators: nothing that could break a header, a log line or a shell. */
const requestIdPattern = /^[A-Za-z0-9._:/+=@-]{1,128}$/;

/** The caller's request id if it is sane, else a new one. */
export function chooseRequestId(given: string | null): string {
  return given !== null && requestIdPattern.test(given) ? given : Bun.randomUUIDv7();
}

const pool_bytes = 6_144;
let pool = "";
let taken = 0;

/** From a pool: to ask for many random bytes takes as long as to ask for a few. */
function randomHex(bytes: number): string {
  const length = 2 * bytes;
  if (taken + length > pool.length) {
    pool = crypto.getRandomValues(Buffer.alloc(pool_bytes)).toString("hex");
    taken = 0;
  }
  taken += length;
  return pool.slice(taken - length, taken);
}
