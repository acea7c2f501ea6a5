import { commonHeaders } from "./common-headers.ts";
import type { Health } from "./health.ts";
import type { RequestContext } from "./request-context.ts";

export const operationalPaths = {
  metrics: "/metrics",
  health: "/api/v1/health",
  live: "/api/v1/health/live",
  ready: "/api/v1/health/ready",
} as const;

const paths = new Set<string>(Object.values(operationalPaths));

/** The path if it is /metrics or one of health's, which are answered on every role's port; undefined for anything else. */
export function operationalPathOf({ method, url }: Request): string | undefined {
  if (method !== "GET" && method !== "HEAD") return undefined;
  const path = pathOf(url);
  return paths.has(path) ? path : undefined;
}

/** Answers one of the operational paths. */
export async function answerOperational(
  request: Request,
  path: string,
  context: RequestContext,
  health: Health,
  metricsText: () => Promise<string>,
): Promise<Response> {
  context.endpoint = path;
  const { status, type, body } = await answerPath(path, health, metricsText);
  const headers = { "content-type": type, "cache-control": "no-store", ...commonHeaders(context) };
  if (request.method === "GET") return new Response(body, { status, headers });
  return new Response(null, { status, headers: { ...headers, "content-length": String(Buffer.byteLength(body)) } });
}

interface OperationalAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

async function answerPath(path: string, health: Health, metricsText: () => Promise<string>): Promise<OperationalAnswer> {
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
