import { AppError, type ErrorCode } from "../article/errors.ts";
import { pathOf } from "../platform/operational-routes.ts";
import type { Room } from "../platform/room.ts";
import type { ArticleWrites, HandledAnswer, IdempotencyKeys } from "../store/article-store.ts";
import type { Answer } from "./answer.ts";
import type { Call } from "./operation.ts";
import { invalidParameters } from "./parameters.ts";
import { problemAnswer, statusOf } from "./problem.ts";

export interface WriteParts {
  readonly writes: ArticleWrites;
  readonly idempotency: IdempotencyKeys;
  readonly now: () => Date;
  readonly room: Room;
  readonly body_timeout_ms: number;
}

/** 4xx answers that another try may not get again. */
const passing = new Set<ErrorCode>(["unauthorized", "forbidden", "idempotency_in_progress", "rate_limited"]);

/**
 * Runs `attempt`, or answers what it answered when the same request came under the same Idempotency-Key before.
 * Kept are its success and the 4xx that would come again; any other error leaves the key free.
 */
export function answerOnce(
  { writes, idempotency }: WriteParts,
  { request, context, signal, caller }: Call,
  body: Uint8Array,
  attempt: (writes: ArticleWrites) => Promise<Answer>,
): Promise<Answer> {
  const key = request.headers.get("idempotency-key");
  if (key === null) return attempt(writes);
  const origin = { instance: pathOf(request.url), request_id: context.request_id };

  async function handle(writesUnderKey: ArticleWrites): Promise<HandledAnswer> {
    // The wait for the key may have taken all the time there was.
    signal.throwIfAborted();
    try {
      return { answer: await attempt(writesUnderKey), keep: true };
    } catch (error) {
      if (!(error instanceof AppError) || statusOf(error.code) >= 500 || passing.has(error.code)) throw error;
      return { answer: problemAnswer(error, origin), keep: true };
    }
  }
  return idempotency.run({ caller: caller.subject, key, fingerprint: fingerprintOf(request, body) }, handle);
}

/** Throws invalid_parameter when there is an Idempotency-Key that is none: it is said before any work is done. */
export function checkIdempotencyKey({ headers }: Request): void {
  const key = headers.get("idempotency-key");
  if (key === null || /^[\x21-\x7E]{1,255}$/.test(key)) return;
  const detail = "Idempotency-Key is not 1 to 255 visible ASCII characters.";
  throw invalidParameters([{ pointer: "Idempotency-Key", detail, code: "malformed" }]);
}

/** The same method, path, preconditions and body have the same one. */
function fingerprintOf({ method, url, headers }: Request, body: Uint8Array): string {
  const hash = new Bun.CryptoHasher("sha256");
  // None of the rarer ones leaves no trace: keys of earlier versions fit.
  const others = ["if-none-match", "if-unmodified-since"].flatMap((name) =>
    headers.has(name) ? [[name, headers.get(name)]] : [],
  );
  hash.update(JSON.stringify([method, pathOf(url), headers.get("if-match"), ...others]));
  hash.update(body);
  return hash.digest("hex");
}
