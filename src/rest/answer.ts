import { withCommonHeaders } from "../platform/common-headers.ts";
import type { RequestContext } from "../platform/request-context.ts";
import type { KeptAnswer } from "../store/article-store.ts";

/** What a route answers: plain data, so that it can be kept under an idempotency key and repeated byte for byte. */
export type Answer = KeptAnswer;

export function jsonAnswer(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { "content-type": "application/json; charset=utf-8", ...headers }, body };
}

export function emptyAnswer(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, body: "" };
}

/** The answer to `method`: HEAD gets GET's headers with the length of the body that it leaves out (RFC 9110, section 9.3.2). */
export function toResponse({ status, headers, body }: Answer, method: string, context: RequestContext): Response {
  const all = withCommonHeaders(headers, context);
  if (body === "") return new Response(null, { status, headers: all });
  if (method !== "HEAD") return new Response(body, { status, headers: all });
  return new Response(null, { status, headers: { ...all, "content-length": String(Buffer.byteLength(body)) } });
}
