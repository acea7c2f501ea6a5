import { AppError } from "../article/errors.ts";
import type { ArticleHead, IfMatch } from "../store/article-store.ts";

/** The article's version is its ETag, also where views_count has moved on meanwhile. */
export function entityTag(version: number): string {
  return `"${version}"`;
}

/** An instant of the wire (RFC 3339, in UTC) as HTTP writes it (RFC 9110, section 5.6.7). */
export function httpDate(instant: string): string {
  return `${httpDay(instant.slice(0, 10))} ${instant.slice(11, 19)} GMT`;
}

/** `Mon, 23 Nov 2026` for `2026-11-23`: articles are of few days, and a Date for each answer costs more than all its other headers. */
const httpDays = new Map<string, string>();
const kept_days_max = 10_000;

function httpDay(day: string): string {
  const known = httpDays.get(day);
  if (known !== undefined) return known;
  if (httpDays.size >= kept_days_max) httpDays.clear();
  const made = new Date(day).toUTCString().slice(0, -" 00:00:00 GMT".length);
  httpDays.set(day, made);
  return made;
}

/** Whether the answer depends on what the caller already has. */
export function isConditional(headers: Headers): boolean {
  return headers.has("if-none-match") || headers.has("if-modified-since");
}

/**
 * Whether the caller already has this version (RFC 9110, section 13.2.2): If-None-Match by weak comparison,
 * and If-Modified-Since only where that is absent. What is not well formed matches nothing.
 */
export function isUnmodified(headers: Headers, version: number, updated_at: string): boolean {
  const ifNoneMatch = headers.get("if-none-match");
  if (ifNoneMatch !== null) return ifNoneMatch.trim() === "*" || tagsOf(ifNoneMatch).includes(entityTag(version));
  const since_ms = instantOf(headers.get("if-modified-since"));
  return since_ms !== undefined && secondOf(updated_at) <= since_ms;
}

/** Whether a write may only happen for an article that the caller describes otherwise than by If-Match. */
export function hasOtherPreconditions(headers: Headers): boolean {
  return headers.has("if-none-match") || headers.has("if-unmodified-since");
}

/**
 * What forbids a write to an article that is there (RFC 9110, sections 13.1.2 and 13.1.4): If-None-Match that names its version,
 * If-Unmodified-Since a date before its last change, unless there is If-Match. What is not well formed forbids nothing.
 */
export function checkOtherPreconditions(headers: Headers, { version, updated_at }: ArticleHead): void {
  const ifNoneMatch = headers.get("if-none-match");
  if (ifNoneMatch !== null && (ifNoneMatch.trim() === "*" || tagsOf(ifNoneMatch).includes(entityTag(version))))
    throw forbiddenBy("If-None-Match", ifNoneMatch, `the article is there, at version ${version}`);
  const ifUnmodifiedSince = headers.get("if-unmodified-since");
  const since_ms = headers.has("if-match") ? undefined : instantOf(ifUnmodifiedSince);
  if (ifUnmodifiedSince !== null && since_ms !== undefined && secondOf(updated_at) > since_ms)
    throw forbiddenBy("If-Unmodified-Since", ifUnmodifiedSince, `the article was changed at ${httpDate(updated_at)}`);
}

function forbiddenBy(header: string, value: string, but: string): AppError {
  return new AppError("precondition_failed", `${header} is ${shortened(value)}, but ${but}.`);
}

/** Dates in HTTP have no fractions of a second. */
function secondOf(instant: string): number {
  return Math.floor(Date.parse(instant) / 1000) * 1000;
}

/** Undefined for what is no date. */
function instantOf(date: string | null): number | undefined {
  return date !== null && httpDatePattern.test(date) ? Date.parse(date) : undefined;
}

function shortened(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** IMF-fixdate; the two obsolete forms are not worth a second reading. */
const httpDatePattern = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

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
export function readIfMatch(headers: Headers): IfMatch | undefined {
  const text = headers.get("if-match");
  if (text === null) return undefined;
  if (text.trim() === "*") return { versions: "*", text: "*" };
  if (!tagListPattern.test(text)) {
    const detail = 'If-Match is not well formed; send the ETag as it came, for instance If-Match: "3", a list of them, or *.';
    throw new AppError("invalid_parameter", detail, { errors: [{ pointer: "If-Match", detail, code: "malformed" }] });
  }
  const tags = text.match(tagPattern) ?? [];
  const versions = tags.flatMap((tag) => (versionPattern.test(tag) ? [Number(tag.slice(1, -1))] : []));
  return { versions, text: shortened(text) };
}

const versionPattern = /^"[1-9]\d{0,9}"$/;
