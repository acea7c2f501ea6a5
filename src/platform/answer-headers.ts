import type { CorsOrigins } from "../config/origins.ts";

type Headers = Readonly<Record<string, string>>;

export interface AnswerHeadersParts {
  /** Whether callers come by HTTPS. */
  readonly secure: (request: Request) => boolean;
  /** Undefined: no page of another site may read anything. */
  readonly cors_origins?: CorsOrigins;
}

export interface AnswerHeaders {
  /** What the answer to `request` carries, whatever it is; one of a few constant objects, none is made for it. */
  of(request: Request): Headers;
  /** The whole answer to a browser that asks whether it may send what it wants to; undefined for any other request. */
  preflight(request: Request): { readonly status: 204; readonly headers: Headers } | undefined;
}

/** Of a page that has no policy of its own, and of everything that a browser should never show as a page. */
const protective: Headers = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  // Older browsers than those that know frame-ancestors do not run the pages either.
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};

/** A year (RFC 6797, section 6.1); not for subdomains, which may be somebody else's. */
const overTls: Headers = { "strict-transport-security": "max-age=31536000" };

const exposed =
  "ETag, Location, Link, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, Blog-Replica-Lag-Seconds, Blog-Stale";
/** Tokens travel in Authorization, which a page has to set by itself: no cookies, so no credentials in the sense of CORS. */
const sendable =
  "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since, Blog-Min-Version, X-Request-Id, X-Request-Timeout-Ms, traceparent";
const preflight_kept_s = 600;

/** Works out every set of headers beforehand. Fetch standard, section 3.3 (CORS). */
export function createAnswerHeaders({ secure, cors_origins }: AnswerHeadersParts): AnswerHeaders {
  const plain = setsFor(protective, cors_origins);
  const tls = setsFor({ ...protective, ...overTls }, cors_origins);

  function of(request: Request): Headers {
    const sets = secure(request) ? tls : plain;
    if (cors_origins === undefined) return sets.other;
    const origin = request.headers.get("origin");
    return origin === null ? sets.other : (sets.by_origin.get(origin) ?? sets.other);
  }

  return {
    of,
    preflight(request) {
      if (request.method !== "OPTIONS" || cors_origins === undefined) return undefined;
      if (request.headers.get("access-control-request-method") === null) return undefined;
      const headers = of(request);
      if (headers["access-control-allow-origin"] === undefined) return undefined;
      return { status: 204, headers: { ...headers, ...preflightHeaders } };
    },
  };
}

/**
 * Tells whether callers come by HTTPS: always at a port with TLS; at one behind a proxy when it says so. Whoever makes that up is told to
 * come by HTTPS, and nobody else is.
 */
export function createSecureCheck({ tls, behind_proxy }: { readonly tls: boolean; readonly behind_proxy: boolean }) {
  if (tls || !behind_proxy) return () => tls;
  return ({ headers }: Request) => headers.get("x-forwarded-proto")?.toLowerCase() === "https";
}

const preflightHeaders: Headers = {
  "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
  "access-control-allow-headers": sendable,
  "access-control-max-age": String(preflight_kept_s),
};

interface HeaderSets {
  readonly by_origin: ReadonlyMap<string, Headers>;
  /** For callers that are no page, and pages of sites that are not allowed. */
  readonly other: Headers;
}

function setsFor(always: Headers, origins: CorsOrigins | undefined): HeaderSets {
  if (origins === undefined) return { by_origin: new Map(), other: always };
  const readable = (origin: string): Headers => ({
    ...always,
    "access-control-allow-origin": origin,
    "access-control-expose-headers": exposed,
  });
  if (origins === "*") return { by_origin: new Map(), other: readable("*") };
  // Also where no origin is allowed: else a cache hands one site's answer to another.
  const varying = { vary: "Origin" };
  return {
    by_origin: new Map(origins.map((origin) => [origin, { ...readable(origin), ...varying }])),
    other: { ...always, ...varying },
  };
}
