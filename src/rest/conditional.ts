import { AppError } from "../article/errors.ts";
import type { ArticleHead } from "../store/article-store.ts";
import { checkCondition, type WriteCondition } from "../store/write-condition.ts";
import { httpDate, parseHttpDate } from "./http-date.ts";

/** The article's version is its ETag, also where views_count has moved on meanwhile. */
export function entityTag(version: number): string {
  return `"${version}"`;
}

/** The headers by which a caller asks again, or demands this version. */
export function validatorsOf({ version, updated_at }: ArticleHead): Readonly<Record<string, string>> {
  return { etag: entityTag(version), "last-modified": httpDate(updated_at) };
}

/** Whether the answer depends on what the caller has, or takes the article for. */
export function isConditional(headers: Headers): boolean {
  return conditions.some((name) => headers.has(name));
}

const conditions = ["if-none-match", "if-modified-since", "if-match", "if-unmodified-since"] as const;

/**
 * Whether the caller already has this version (RFC 9110, section 13.2.2): If-None-Match by weak comparison,
 * and If-Modified-Since only where that is absent. What is not well formed matches nothing.
 */
export function isUnmodified(headers: Headers, { version, updated_at }: ArticleHead): boolean {
  const ifNoneMatch = headers.get("if-none-match");
  if (ifNoneMatch !== null) return namesVersion(ifNoneMatch, version);
  const since_ms = dateOf(headers, "if-modified-since");
  return since_ms !== undefined && secondOf(updated_at) <= since_ms;
}

/** Throws precondition_failed where a reader takes the article for another version than it is (RFC 9110, section 13.2.2). */
export function checkTaken(headers: Headers, head: ArticleHead): void {
  const taken = readIfMatch(headers);
  if (taken === undefined) checkUnmodified(headers, head);
  else checkCondition(taken, head);
}

/**
 * What a write demands of an article that is there (RFC 9110, section 13.2.2): If-Match, or else If-Unmodified-Since; and If-None-Match.
 * Undefined where it demands nothing. Throws invalid_parameter for what is no list of entity tags; a date that is none demands nothing.
 */
export function readWriteCondition(headers: Headers): WriteCondition | undefined {
  const if_match = readIfMatch(headers);
  const ifNoneMatch = headers.get("if-none-match");
  if (ifNoneMatch !== null) checkTags("If-None-Match", ifNoneMatch);
  const judges_date = if_match === undefined && dateOf(headers, "if-unmodified-since") !== undefined;
  if (ifNoneMatch === null && !judges_date) return if_match;
  return {
    ...(if_match ?? { versions: "*", text: "*" }),
    judge(head) {
      if (judges_date) checkUnmodified(headers, head);
      if (ifNoneMatch !== null && namesVersion(ifNoneMatch, head.version))
        throw forbiddenBy("If-None-Match", ifNoneMatch, `the article is there, at version ${head.version}`);
    },
  };
}

function checkUnmodified(headers: Headers, { updated_at }: ArticleHead): void {
  const since_ms = dateOf(headers, "if-unmodified-since");
  if (since_ms === undefined || secondOf(updated_at) <= since_ms) return;
  const value = headers.get("if-unmodified-since") ?? "";
  throw forbiddenBy("If-Unmodified-Since", value, `the article was changed at ${httpDate(updated_at)}`);
}

function forbiddenBy(header: string, value: string, but: string): AppError {
  return new AppError("precondition_failed", `${header} is ${shortened(value)}, but ${but}.`);
}

function namesVersion(ifNoneMatch: string, version: number): boolean {
  return ifNoneMatch.trim() === "*" || tagsOf(ifNoneMatch).includes(entityTag(version));
}

function dateOf(headers: Headers, name: "if-modified-since" | "if-unmodified-since"): number | undefined {
  const text = headers.get(name);
  return text === null ? undefined : parseHttpDate(text);
}

/** Dates in HTTP have no fractions of a second. */
function secondOf(instant: string): number {
  return Math.floor(Date.parse(instant) / 1000) * 1000;
}

function shortened(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** An entity tag (RFC 9110, section 8.8.3), or a list of them with the empty elements that section 5.6.1 lets pass. */
const tagPattern = /(W\/)?"[\x21\x23-\x7E\x80-\xFF]*"/g;
const tagListPattern = /^[\s,]*(W\/)?"[\x21\x23-\x7E\x80-\xFF]*"\s*(,\s*((W\/)?"[\x21\x23-\x7E\x80-\xFF]*"\s*)?)*$/;

function tagsOf(list: string): readonly string[] {
  if (!tagListPattern.test(list)) return [];
  return (list.match(tagPattern) ?? []).map((tag) => tag.replace(/^W\//, ""));
}

/**
 * The versions that the caller demands, or undefined without the header. A weak tag, and a tag that is no version
 * of ours, match nothing (RFC 9110, section 13.1.1). Throws invalid_parameter for what is no list of entity tags.
 */
function readIfMatch(headers: Headers): WriteCondition | undefined {
  const text = headers.get("if-match");
  if (text === null) return undefined;
  if (text.trim() === "*") return { versions: "*", text: "*" };
  checkTags("If-Match", text);
  const tags = text.match(tagPattern) ?? [];
  const versions = tags.flatMap((tag) => (versionPattern.test(tag) ? [Number(tag.slice(1, -1))] : []));
  return { versions, text: shortened(text) };
}

function checkTags(header: string, text: string): void {
  if (text.trim() === "*" || tagListPattern.test(text)) return;
  const detail = `${header} is not well formed; send the ETag as it came, for instance ${header}: "3", a list of them, or *.`;
  throw new AppError("invalid_parameter", detail, { errors: [{ pointer: header, detail, code: "malformed" }] });
}

const versionPattern = /^"[1-9]\d{0,9}"$/;
