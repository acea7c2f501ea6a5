import type { ArticleField, ArticleInput, ArticlePatch } from "../article/article.ts";
import { AppError } from "../article/errors.ts";
import { type CallPolicy, type RestCall, singleAttempt } from "./call-policy.ts";
import { toGraphqlEntry } from "./names.ts";
import { type ArticlePage, articleOf, articlesOf, type FetchedArticle, pageOf, readAnswer } from "./rest-answer.ts";

export type Fetch = (request: Request) => Promise<Response>;

/** On whose behalf a call is made: what is passed on, and how long there is. */
export interface Caller extends Pick<RestCall, "deadline_ms" | "signal" | "retry_wait_max_ms"> {
  readonly request_id: string;
  readonly traceparent: string;
  readonly authorization?: string;
  /** Makes the caller pay for a call; throws rate_limited when it has had its share. */
  readonly charge?: () => void;
  /** Throws forbidden where a write is none of the caller's business. */
  readonly checkWrite?: () => void;
  /** Told when a replica answers: how far it is behind. */
  readonly onReplicaLag?: (seconds: number) => void;
  /** Told when an answer came from the replica, because the API could not. */
  readonly onStale?: (stale: Stale) => void;
}

export interface Stale {
  readonly reason: string;
  /** Null when the replica does not say. */
  readonly replica_lag_seconds: number | null;
}

export interface ListFilter {
  readonly status?: string;
  readonly category?: string;
  readonly author?: string;
  readonly tag?: string;
}

export interface ListRequest {
  readonly page?: number;
  readonly per_page: number;
  readonly cursor?: string;
  readonly sort?: string;
  readonly filter: ListFilter;
  readonly fields: readonly ArticleField[];
  readonly with_total: boolean;
}

export interface SearchRequest {
  readonly q: string;
  readonly page: number;
  readonly per_page: number;
  readonly fields: readonly ArticleField[];
}

export interface RestHooks {
  /** `result` is `ok` or the error's code. */
  onCall(operation: string, result: string, duration_ms: number): void;
}

export interface RestClientParts {
  /** Where the API is; its path is kept: `https://example.net/blog` asks `/blog/api/v1/articles`. */
  readonly base_url: string;
  /** In process (role `all`) or over the network. */
  readonly fetch: Fetch;
  readonly policy?: CallPolicy;
  readonly hooks: RestHooks;
}

/** The REST API, a function an endpoint. Each rejects with AppError only: the API's own, or `unavailable` and `timeout`. */
export interface RestClient {
  /** The articles that exist, in the order of `ids` (at most 100). */
  getMany(
    caller: Caller,
    ids: readonly number[],
    fields: readonly ArticleField[],
    count_views: boolean,
  ): Promise<readonly FetchedArticle[]>;
  list(caller: Caller, request: ListRequest): Promise<ArticlePage>;
  search(caller: Caller, request: SearchRequest): Promise<readonly FetchedArticle[]>;
  create(caller: Caller, input: ArticleInput): Promise<FetchedArticle>;
  patch(caller: Caller, id: number, input: ArticlePatch, if_version?: number): Promise<FetchedArticle>;
  remove(caller: Caller, id: number, if_version?: number): Promise<void>;
  publish(caller: Caller, id: number): Promise<FetchedArticle>;
}

interface Ask {
  readonly operation: string;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly body?: unknown;
  readonly if_version?: number | undefined;
}

export function createRestClient({ base_url, fetch, policy = singleAttempt, hooks }: RestClientParts): RestClient {
  const articles = `${base_url.replace(/\/+$/, "")}/api/v1/articles`;

  async function call<T>(caller: Caller, ask: Ask, read: (body: unknown) => T): Promise<T> {
    const kind = ask.method === "GET" ? "read" : "write";
    if (kind === "write") caller.checkWrite?.();
    // Made once a call, so that every attempt of a write is the same request to the API.
    const idempotency_key = kind === "write" ? crypto.randomUUID() : undefined;
    const began = performance.now();
    let result = "ok";
    try {
      const { deadline_ms, signal, retry_wait_max_ms } = caller;
      const about: RestCall = {
        operation: ask.operation,
        kind,
        deadline_ms,
        signal,
        ...(retry_wait_max_ms !== undefined && { retry_wait_max_ms }),
      };
      return await policy(about, async (attempt_signal) => {
        const response = await send(requestOf(articles, caller, ask, idempotency_key, attempt_signal));
        const answer = read(await readBody(response));
        const lag = response.headers.get("blog-replica-lag-seconds");
        if (lag !== null) caller.onReplicaLag?.(Number(lag));
        return answer;
      });
    } catch (error) {
      result = error instanceof AppError ? error.code : "internal";
      throw error;
    } finally {
      hooks.onCall(ask.operation, result, performance.now() - began);
    }
  }

  function send(request: Request): Promise<Response> {
    return fetch(request).catch((error: unknown) => Promise.reject(unreachable(error)));
  }

  return {
    getMany: async (caller, ids, fields, count_views) => {
      const query = new URLSearchParams({ ids: ids.join(","), fields: withId(fields), per_page: "100", with_total: "false" });
      if (count_views) query.set("count_views", "true");
      return call(caller, { operation: "get_many", method: "GET", path: "", query }, articlesOf);
    },
    list: async (caller, request) => {
      const { page, per_page, cursor, sort, filter, fields, with_total } = request;
      const query = queryOf({ page, per_page, cursor, sort, ...filter, fields: withId(fields), with_total });
      return call(caller, { operation: "list", method: "GET", path: "", query }, pageOf);
    },
    search: async (caller, { fields, ...request }) => {
      const query = queryOf({ ...request, fields: withId(fields) });
      return call(caller, { operation: "search", method: "GET", path: "/search", query }, articlesOf);
    },
    create: (caller, body) => call(caller, { operation: "create", method: "POST", path: "", body }, articleOf),
    patch: (caller, id, body, if_version) =>
      call(caller, { operation: "patch", method: "PATCH", path: `/${id}`, body, if_version }, articleOf),
    remove: (caller, id, if_version) =>
      call(caller, { operation: "remove", method: "DELETE", path: `/${id}`, if_version }, () => undefined),
    publish: (caller, id) => call(caller, { operation: "publish", method: "POST", path: `/${id}/publish` }, articleOf),
  };
}

function requestOf(
  articles: string,
  caller: Caller,
  ask: Ask,
  idempotency_key: string | undefined,
  signal: AbortSignal,
): Request {
  const headers = new Headers({
    accept: "application/json",
    "x-request-id": caller.request_id,
    traceparent: caller.traceparent,
    // The API stops its own work when nobody can wait for it any more.
    "x-request-timeout-ms": String(Math.max(1, Math.ceil(caller.deadline_ms - performance.now()))),
  });
  if (caller.authorization !== undefined) headers.set("authorization", caller.authorization);
  if (idempotency_key !== undefined) headers.set("idempotency-key", idempotency_key);
  if (ask.if_version !== undefined) headers.set("if-match", `"${ask.if_version}"`);
  if (ask.body !== undefined) headers.set("content-type", "application/json");
  return new Request(`${articles}${ask.path}${ask.query === undefined ? "" : `?${ask.query}`}`, {
    method: ask.method,
    headers,
    signal,
    // A redirected write would lose its body or its method; what redirects is not the API.
    redirect: "manual",
    ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
  });
}

async function readBody(response: Response): Promise<unknown> {
  try {
    return await readAnswer(response);
  } catch (error) {
    // The connection broke in the middle of the body.
    throw error instanceof AppError ? error : unreachable(error);
  }
}

function unreachable(error: unknown): AppError {
  return new AppError("unavailable", "The API cannot be reached.", { cause: error });
}

function queryOf(parameters: Readonly<Record<string, string | number | boolean | undefined>>): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) continue;
    if (typeof value === "string" && !value.isWellFormed()) throw notWellFormed(name);
    query.set(name, String(value));
  }
  return query;
}

/** A URL cannot carry half of a surrogate pair: it would become another text, U+FFFD, and find something else. */
function notWellFormed(name: string): AppError {
  const detail = `${name} holds half of a surrogate pair.`;
  const entry = toGraphqlEntry({ pointer: name, detail, code: "forbidden_character" });
  return new AppError("invalid_parameter", entry.detail, { errors: [entry] });
}

function withId(fields: readonly ArticleField[]): string {
  return [...new Set<ArticleField>(["id", ...fields])].join(",");
}
