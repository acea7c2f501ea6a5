import type { Article } from "../article/article.ts";
import type { Executable } from "../testing/executable.ts";

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

const call_timeout_ms = 30_000;

/** One HTTP request to a role; the body, if it is JSON, comes parsed. */
export async function call(url: string, init: RequestInit = {}): Promise<ApiAnswer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(call_timeout_ms), ...init });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

export function jsonBody(method: string, value: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(value) };
}

/** Throws with the problem document when the API does not take the article. */
export async function createArticle(api: string, input: Readonly<Record<string, unknown>>): Promise<Article> {
  const { status, body } = await call(`${api}/api/v1/articles`, jsonBody("POST", { content: "Text.", author: "Ada", ...input }));
  if (status !== 201) throw new Error(`create answered ${status}: ${JSON.stringify(body)}`);
  return articleOf(body);
}

export async function graphql(
  gateway: string,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<unknown> {
  const { body } = await call(`${gateway}/graphql`, jsonBody("POST", { query, variables }));
  return body;
}

/** The article on the wire: what the API answers is checked by its own tests. */
export function articleOf(body: unknown): Article {
  return body as Article;
}

export async function replicaHas(replica: string, id: number, version: number): Promise<boolean> {
  const { status, body } = await call(`${replica}/api/v1/articles/${id}`);
  return status === 200 && articleOf(body).version >= version;
}

/** The value of one series on a role's /metrics, or undefined when it is not there. `series` is as it is printed. */
export async function metric(url: string, series: string): Promise<number | undefined> {
  const { body } = await call(`${url}/metrics`);
  const line = String(body)
    .split("\n")
    .find((text) => text.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

export function urlOf(executable: Executable, role: "api" | "gateway" | "sync"): string {
  const url = executable.urls[role];
  if (url === undefined) throw new Error(`the ${role} role does not listen`);
  return url;
}
