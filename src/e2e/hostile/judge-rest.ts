import type { ApiDocument, DocumentedOperation } from "./api-document.ts";
import { showsInside } from "./inside.ts";
import { surpriseWithinTime } from "./promptly.ts";
import { headerOf, type RawAnswer, type RawRequest, sendRequest } from "./raw-http.ts";

/**
 * Asks REST and says what of the answer was not promised: undefined when it is a documented status in a documented form, in time.
 * Without `operation` the path or the method is none of the API's.
 */
export async function surpriseFromRest(
  url: string,
  document: ApiDocument,
  request: RawRequest,
  operation?: DocumentedOperation,
): Promise<string | undefined> {
  return await surpriseWithinTime(
    url,
    () => sendRequest(url, request),
    (answer) => surpriseIn(answer, document, request, operation),
  );
}

function surpriseIn(
  answer: RawAnswer,
  document: ApiDocument,
  request: RawRequest,
  operation?: DocumentedOperation,
): string | undefined {
  const { status, body } = answer;
  const { method } = request;
  if (status >= 500) return `answered ${status}: ${body.slice(0, 200)}`;
  if (showsInside(body, request)) return `tells of the inside: ${body.slice(0, 300)}`;
  // What does not fit into Bun's 16 KiB of head is refused before anything of ours sees it, with no body.
  if (status === 431 && body === "") return undefined;
  if (!expected(operation, method).includes(status)) return `answered ${status}, which is not documented: ${body.slice(0, 200)}`;
  if (method === "HEAD") return body === "" ? undefined : "a HEAD was answered with a body";
  if (status >= 400) return surpriseInProblem(answer, document, request);
  const isValid = operation?.answers.get(status)?.isValid;
  if (isValid === undefined || isValid(JSON.parse(body))) return undefined;
  return `the body is not as documented: ${JSON.stringify(isValid.errors)}`;
}

function expected(operation: DocumentedOperation | undefined, method: string): readonly number[] {
  if (operation !== undefined) return [...operation.answers.keys()];
  return method === "OPTIONS" ? [204, 400, 404] : [400, 404, 405];
}

function surpriseInProblem(answer: RawAnswer, { isProblem }: ApiDocument, request: RawRequest): string | undefined {
  const { status, body } = answer;
  if (headerOf(answer, "content-type") !== "application/problem+json") return `a ${status} that is no problem document`;
  const problem: { status?: unknown; request_id?: unknown } = JSON.parse(body);
  if (!isProblem(problem)) return `the problem is not as documented: ${JSON.stringify(isProblem.errors)}`;
  if (problem.status !== status) return `status ${status} with a problem that says ${problem.status}`;
  // The same request under the same key gets the first one's answer, byte for byte.
  const may_repeat = request.headers?.some(([name]) => name.toLowerCase() === "idempotency-key") ?? false;
  if (!may_repeat && problem.request_id !== headerOf(answer, "x-request-id")) return "request_id and X-Request-Id are two";
  return undefined;
}
