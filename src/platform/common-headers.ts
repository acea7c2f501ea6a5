import type { RequestContext } from "./request-context.ts";

/** What every answer of every role carries, as plain data: an answer is made once, with all of its headers. */
export function commonHeaders({ request_id, traceparent }: RequestContext): Readonly<Record<string, string>> {
  return { "x-request-id": request_id, traceparent };
}

/** `response` with the common headers, where whoever made it (a library) did not know of them. */
export function withCommonHeaders(response: Response, context: RequestContext): Response {
  if (response.headers.has("x-request-id")) return response;
  for (const [name, value] of Object.entries(commonHeaders(context))) response.headers.set(name, value);
  return response;
}
