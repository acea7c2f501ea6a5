import { withCommonHeaders } from "./common-headers.ts";
import type { Health } from "./health.ts";
import type { RequestContext } from "./request-context.ts";

export const operationalPaths = {
  metrics: "/metrics",
  health: "/api/v1/health",
  live: "/api/v1/health/live",
  ready: "/api/v1/health/ready",
} as const;

const paths = new Set<string>(Object.values(operationalPaths));

export function isOperationalPath(path: string): boolean {
  return paths.has(path);
}

/** The path if it is /metrics or one of health's, which are answered on every role's port; undefined for anything else. */
export function operationalPathOf({ method, url }: Request): string | undefined {
  if (method !== "GET" && method !== "HEAD") return undefined;
  const path = pathOf(url);
  return isOperationalPath(path) ? path : undefined;
}

export interface OperationalParts {
  readonly health: Health;
  readonly metricsText: () => Promise<string>;
  /** Who may see the metrics; undefined: anybody. */
  readonly mayScrape?: ((request: Request) => boolean) | undefined;
}

/** Answers one of the operational paths. */
export async function answerOperational(
  request: Request,
  path: string,
  context: RequestContext,
  parts: OperationalParts,
): Promise<Response> {
  context.endpoint = path;
  const refused = path === operationalPaths.metrics && parts.mayScrape?.(request) === false;
  const { status, type, body, challenge } = refused ? refusal(context) : await answerPath(path, parts);
  const own = { "content-type": type, "cache-control": "no-store", ...challenge };
  const headers = withCommonHeaders(own, context);
  if (request.method === "GET") return new Response(body, { status, headers });
  return new Response(null, { status, headers: { ...headers, "content-length": String(Buffer.byteLength(body)) } });
}

interface OperationalAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly challenge?: Readonly<Record<string, string>>;
}

/** A problem document, as the API's are (RFC 9457). */
function refusal({ request_id }: RequestContext): OperationalAnswer {
  const problem = {
    type: "urn:blog:problem:unauthorized",
    title: "The metrics are not public",
    status: 401,
    detail: "They are for who sends METRICS_TOKEN, as Authorization: Bearer.",
    instance: operationalPaths.metrics,
    code: "unauthorized",
    request_id,
  };
  const challenge = { "www-authenticate": 'Bearer realm="metrics"' };
  return { status: 401, type: "application/problem+json", body: JSON.stringify(problem), challenge };
}

async function answerPath(path: string, { health, metricsText }: OperationalParts): Promise<OperationalAnswer> {
  switch (path) {
    case operationalPaths.metrics:
      return { status: 200, type: "text/plain; version=0.0.4; charset=utf-8", body: await metricsText() };
    case operationalPaths.live: {
      const answer = health.live();
      return json(answer.live ? 200 : 503, answer);
    }
    case operationalPaths.ready: {
      const { status, lifecycle, checks } = await health.report();
      const waiting_for = Object.entries(checks).flatMap(([name, check]) =>
        check.required && check.state === "down" ? [name] : [],
      );
      return json(status === "ready" ? 200 : 503, { status, lifecycle, waiting_for });
    }
    default: {
      const report = await health.report();
      return json(report.status === "ready" ? 200 : 503, report);
    }
  }
}

/** The path of an absolute URL, without building a URL object on every request. */
export function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  if (start === -1) return "/";
  const query = url.indexOf("?", start);
  return query === -1 ? url.slice(start) : url.slice(start, query);
}

function json(status: number, value: unknown): OperationalAnswer {
  return { status, type: "application/json; charset=utf-8", body: JSON.stringify(value) };
}
