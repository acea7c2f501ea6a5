import type { Article } from "../article/article.ts";
import { AppError, type ErrorCode, type ErrorEntry } from "../article/errors.ts";
import { toGraphqlEntry, toGraphqlText } from "./names.ts";
import { CallerLimited } from "./upstream-failure.ts";

/** What REST sent of an article: its id and the fields that were asked for. */
export type FetchedArticle = Partial<Article> & Pick<Article, "id">;

export interface ArticlePage {
  readonly items: readonly FetchedArticle[];
  readonly total: number | null;
  readonly page: number | null;
  readonly per_page: number;
  readonly pages: number | null;
  readonly next_cursor: string | null;
}

/** The API's body when it succeeded; its error when it said one; `unavailable` when what answers is not the API. */
export async function readAnswer(response: Response): Promise<unknown> {
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  if (response.ok) {
    if (response.status === 204) return undefined;
    return parse(text) ?? notTheApi(response, "JSON");
  }
  const problem = type.startsWith("application/problem+json") ? parse(text) : undefined;
  throw isRecord(problem) ? fromProblem(response, problem) : fromStatus(response);
}

/** `value` as a list of articles, or `unavailable`. */
export function articlesOf(value: unknown): readonly FetchedArticle[] {
  if (isRecord(value) && Array.isArray(value["items"]) && value["items"].every(isArticle)) return value["items"];
  throw garbage("a list of articles");
}

export function pageOf(value: unknown): ArticlePage {
  const items = articlesOf(value);
  if (isRecord(value)) {
    const { total, page, per_page, pages, next_cursor } = value;
    if (
      isCountOrNull(total) &&
      isCountOrNull(page) &&
      isCount(per_page) &&
      isCountOrNull(pages) &&
      (next_cursor === null || typeof next_cursor === "string")
    ) {
      return { items, total, page, per_page, pages, next_cursor };
    }
  }
  throw garbage("a page of articles");
}

export function articleOf(value: unknown): FetchedArticle {
  if (isArticle(value)) return value;
  throw garbage("an article");
}

function garbage(expected: string): AppError {
  return new AppError("unavailable", `The API answered something that is not ${expected}.`);
}

function notTheApi(response: Response, expected: string): never {
  throw new AppError("unavailable", `The API answered ${response.status} with something that is not ${expected}.`);
}

/** `satisfies` names a code that is added later. */
const codes = {
  malformed_json: true,
  invalid_parameter: true,
  unauthorized: true,
  forbidden: true,
  not_found: true,
  method_not_allowed: true,
  not_acceptable: true,
  request_timeout: true,
  conflict: true,
  idempotency_in_progress: true,
  idempotency_key_reused: true,
  precondition_failed: true,
  payload_too_large: true,
  unsupported_media_type: true,
  validation_failed: true,
  rate_limited: true,
  internal: true,
  unavailable: true,
  timeout: true,
} satisfies Record<ErrorCode, true>;

function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(codes, value);
}

/** RFC 9457 back to the error that REST made it from, in GraphQL's words from here on. */
function fromProblem(response: Response, problem: Readonly<Record<string, unknown>>): AppError {
  const { code, detail, title, errors } = problem;
  if (!isErrorCode(code)) return fromStatus(response);
  const message = typeof detail === "string" ? detail : typeof title === "string" ? title : "The API refused the request.";
  // Ours says whose limit it is; another's 429 is about all of us.
  if (code === "rate_limited" && response.headers.has("ratelimit")) {
    throw new CallerLimited(toGraphqlText(message), retryAfter(response).retry_after_s);
  }
  const entries = Array.isArray(errors) ? errors.filter(isEntry).map(toGraphqlEntry) : [];
  return new AppError(code, toGraphqlText(message), { errors: entries, ...retryAfter(response) });
}

/** An error without a problem document comes from something before the API. */
function fromStatus(response: Response): AppError {
  const details = retryAfter(response);
  switch (response.status) {
    case 401:
      return new AppError("unauthorized", "The API asks for a valid access token.", details);
    case 403:
      return new AppError("forbidden", "The API does not allow this.", details);
    case 413:
      return new AppError("payload_too_large", "The request is too large for the API.", details);
    case 429:
      return new AppError("rate_limited", "The API has had too many requests.", details);
    case 502:
    case 503:
      return new AppError("unavailable", "The API is not available.", details);
    case 504:
      return new AppError("timeout", "The API did not answer in time.", details);
    default:
      return new AppError("unavailable", `The API answered ${response.status} with something that is not a problem document.`);
  }
}

/** RFC 9110, section 10.2.3: seconds or a date. */
function retryAfter(response: Response): { retry_after_s?: number } {
  const header = response.headers.get("retry-after");
  if (header === null) return {};
  const seconds = /^\d+$/.test(header) ? Number(header) : Math.ceil((Date.parse(header) - Date.now()) / 1000);
  return Number.isNaN(seconds) ? {} : { retry_after_s: Math.max(0, seconds) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The id tells an article; the other fields are checked where GraphQL serialises them. */
function isArticle(value: unknown): value is FetchedArticle {
  return isRecord(value) && Number.isSafeInteger(value["id"]);
}

function isEntry(value: unknown): value is ErrorEntry {
  return (
    isRecord(value) &&
    typeof value["pointer"] === "string" &&
    typeof value["detail"] === "string" &&
    typeof value["code"] === "string"
  );
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isCountOrNull(value: unknown): value is number | null {
  return value === null || isCount(value);
}
