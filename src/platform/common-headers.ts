import type { RequestContext } from "./request-context.ts";

type Headers = Readonly<Record<string, string>>;

/** `own` with what every answer of every role carries, as plain data: an answer is made once, with all of its headers. */
export function withCommonHeaders(own: Headers, { answer_headers, request_id, traceparent }: RequestContext): Headers {
  return { ...answer_headers, ...own, "x-request-id": request_id, traceparent };
}

/** `response` with the common headers, where whoever made it (a library) did not know of them. */
export function completed(response: Response, context: RequestContext): Response {
  const { headers } = response;
  if (headers.has("x-request-id")) return response;
  for (const [name, value] of Object.entries(withCommonHeaders({}, context))) {
    if (name === "vary") headers.append(name, value);
    else if (!headers.has(name)) headers.set(name, value);
  }
  return response;
}
