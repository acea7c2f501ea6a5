import { showsInside } from "./inside.ts";
import { surpriseWithinTime } from "./promptly.ts";
import { type RawAnswer, type RawRequest, sendRequest } from "./raw-http.ts";

/** Statuses that GraphQL over HTTP is answered with here, beside 200. */
const statuses = new Set([200, 400, 401, 403, 404, 405, 406, 413, 415, 422, 429, 431]);
const codes =
  /^(?:GRAPHQL_PARSE_FAILED|GRAPHQL_VALIDATION_FAILED|LIMIT_EXCEEDED|PERSISTED_QUERY_NOT_FOUND|MALFORMED_JSON|INVALID_PARAMETER|UNAUTHORIZED|FORBIDDEN|NOT_FOUND|METHOD_NOT_ALLOWED|NOT_ACCEPTABLE|CONFLICT|PRECONDITION_FAILED|PAYLOAD_TOO_LARGE|UNSUPPORTED_MEDIA_TYPE|VALIDATION_FAILED|RATE_LIMITED)$/;

export interface GraphqlInput extends Partial<RawRequest> {
  readonly body?: string | Uint8Array;
}

/** Asks GraphQL and says what of the answer was not promised: undefined when it is of the form that the specification gives it, in time. */
export async function surpriseFromGraphql(url: string, input: GraphqlInput): Promise<string | undefined> {
  const request = { method: "POST", target: "/graphql", headers: [["content-type", "application/json"]] as const, ...input };
  return await surpriseWithinTime(
    url,
    () => sendRequest(url, request),
    (answer) => surpriseIn(answer, request),
  );
}

function surpriseIn(answer: RawAnswer, request: RawRequest): string | undefined {
  const { method } = request;
  const { status, body } = answer;
  if (!statuses.has(status)) return `answered ${status}: ${body.slice(0, 300)}`;
  if (showsInside(body, request)) return `tells of the inside: ${body.slice(0, 300)}`;
  if (status === 431 || method === "HEAD" || method === "OPTIONS") return undefined;
  const parsed: unknown = JSON.parse(body);
  // Beside /graphql there are problem documents.
  if (typeof parsed === "object" && parsed !== null && "request_id" in parsed) return undefined;
  for (const result of Array.isArray(parsed) ? parsed : [parsed]) {
    const surprise = surpriseInResult(result);
    if (surprise !== undefined) return surprise;
  }
  return undefined;
}

function surpriseInResult(result: {
  data?: unknown;
  errors?: { message?: unknown; extensions?: { code?: unknown; status?: unknown; requestId?: unknown } }[];
}): string | undefined {
  const { data, errors } = result;
  if (data === undefined && errors === undefined) return `neither data nor errors: ${JSON.stringify(result)}`;
  for (const { message, extensions } of errors ?? []) {
    const { code, status, requestId } = extensions ?? {};
    if (typeof message !== "string" || typeof code !== "string" || typeof status !== "number" || typeof requestId !== "string")
      return `an error of another form: ${JSON.stringify(errors).slice(0, 300)}`;
    if (!codes.test(code) || status >= 500) return `an error with ${code}, ${status}: ${message}`;
  }
  return undefined;
}
