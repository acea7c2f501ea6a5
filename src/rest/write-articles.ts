import { limits } from "../article/article.ts";
import { create, type Decide, patch, publish, replace } from "../article/commands.ts";
import { AppError, type ErrorCode } from "../article/errors.ts";
import { validateInput, validatePatch } from "../article/validate.ts";
import type { BodyBounds } from "../platform/request-body.ts";
import type { Room } from "../platform/room.ts";
import type { ArticleWrites, StoredArticle, WriteOrigin } from "../store/article-store.ts";
import { type Answer, emptyAnswer, jsonAnswer } from "./answer.ts";
import { articleIdOf } from "./article-id.ts";
import { parseJson, readBody } from "./body.ts";
import { entityTag, readWriteCondition, validatorsOf } from "./conditional.ts";
import { answerOnce, checkIdempotencyKey, type WriteParts } from "./idempotent.ts";
import { requireMediaType } from "./negotiation.ts";
import { type Call, type Operation, type OperationDoc, operation } from "./operation.ts";

const json = ["application/json"] as const;
const mergePatch = ["application/json", "application/merge-patch+json"] as const;

/** Errors that every write can answer. */
const writeErrors: readonly ErrorCode[] = [
  "invalid_parameter",
  "not_acceptable",
  "idempotency_in_progress",
  "idempotency_key_reused",
];
const bodyErrors: readonly ErrorCode[] = [
  "malformed_json",
  "request_timeout",
  "payload_too_large",
  "unsupported_media_type",
  "validation_failed",
];
const changeErrors: readonly ErrorCode[] = ["not_found", "conflict", "precondition_failed"];

const validators = ["ETag", "LastModified"];
/** Request headers of what changes an article that is there. */
const changeHeaders = ["IfMatch", "IfNoneMatchOfWrite", "IfUnmodifiedSince", "IdempotencyKey"];

export function createArticle(parts: WriteParts): Operation {
  const doc: OperationDoc = {
    id: "createArticle",
    tag: "articles",
    summary: "Write a new article",
    headers: ["IdempotencyKey"],
    body: { schema: "ArticleInput", media_types: json },
    answers: { 201: { description: "The article as it was written", schema: "Article", headers: ["Location", ...validators] } },
    errors: [...writeErrors, ...bodyErrors],
  };
  return writing(parts, doc, async (writes, { body, origin }) => {
    const { article } = await writes.create(create(validateInput(parseJson(body)), parts.now()), origin);
    return articleAnswer(201, article, { location: `/api/v1/articles/${article.id}` });
  });
}

export function replaceArticle(parts: WriteParts): Operation {
  const doc: OperationDoc = {
    id: "replaceArticle",
    tag: "articles",
    summary: "Replace an article",
    description: "What is left out returns to its default. A write that changes nothing makes no version.",
    headers: changeHeaders,
    body: { schema: "ArticleInput", media_types: json },
    answers: { 200: { description: "The article as it is now", schema: "Article", headers: validators } },
    errors: [...writeErrors, ...bodyErrors, ...changeErrors],
  };
  return changing(parts, doc, (body) => {
    const input = validateInput(parseJson(body));
    return (article) => replace(article, input, parts.now());
  });
}

export function patchArticle(parts: WriteParts): Operation {
  const doc: OperationDoc = {
    id: "patchArticle",
    tag: "articles",
    summary: "Change parts of an article",
    description: "A JSON merge patch (RFC 7396). A write that changes nothing makes no version.",
    headers: changeHeaders,
    body: { schema: "ArticlePatch", media_types: mergePatch },
    answers: { 200: { description: "The article as it is now", schema: "Article", headers: validators } },
    errors: [...writeErrors, ...bodyErrors, ...changeErrors],
  };
  return changing(parts, doc, (body) => {
    const input = validatePatch(parseJson(body));
    return (article) => patch(article, input, parts.now());
  });
}

export function publishArticle(parts: WriteParts): Operation {
  const doc: OperationDoc = {
    id: "publishArticle",
    tag: "articles",
    summary: "Publish an article",
    description: "Publishing a published article changes nothing; an archived one goes back to draft first.",
    headers: changeHeaders,
    answers: { 200: { description: "The article as it is now", schema: "Article", headers: validators } },
    errors: [...writeErrors, ...changeErrors],
  };
  return changing(parts, doc, () => (article) => publish(article, parts.now()));
}

export function deleteArticle(parts: WriteParts): Operation {
  const doc: OperationDoc = {
    id: "deleteArticle",
    tag: "articles",
    summary: "Delete an article",
    headers: changeHeaders,
    answers: { 204: { description: "Deleted; the ETag is the version of the deletion", headers: ["ETag"] } },
    errors: [...writeErrors, "not_found", "precondition_failed"],
  };
  return writing(parts, doc, async (writes, { call, origin }) => {
    const { version } = await writes.remove(articleIdOf(call), readWriteCondition(call.request.headers), origin);
    return emptyAnswer(204, { etag: entityTag(version) });
  });
}

interface Attempt {
  readonly call: Call;
  /** Empty where the operation takes none. */
  readonly body: Uint8Array;
  readonly origin: WriteOrigin;
}

const noBody = new Uint8Array();

/** What all writes have in common: what is wrong with path and headers is said first, then the body is read, then comes the key. */
function writing(
  parts: WriteParts,
  doc: OperationDoc,
  attempt: (writes: ArticleWrites, attempt: Attempt) => Promise<Answer>,
): Operation {
  const { room } = parts;
  const bounds = { bytes_max: limits.body_bytes_max, timeout_ms: parts.body_timeout_ms, room };
  return operation({
    access: "write",
    parameters: {},
    doc,
    async handle(call) {
      const { request, context, signal } = call;
      if ("id" in call.params) articleIdOf(call);
      readWriteCondition(request.headers);
      checkIdempotencyKey(request);
      if (doc.body !== undefined) requireMediaType(request, doc.body.media_types);
      // Before the body is read, which holds memory.
      if (room.isFull()) throw tooMany();
      const body = doc.body === undefined ? noBody : await readBodyCharged(call, bounds);
      try {
        const endTurn = await room.turn(body.byteLength, signal);
        try {
          // From here on a write runs to its end: cut off in the middle, nobody would know what became of it.
          signal.throwIfAborted();
          const origin = { traceparent: context.traceparent };
          return await withinRoom(room, () => answerOnce(parts, call, body, (writes) => attempt(writes, { call, body, origin })));
        } finally {
          endTurn();
        }
      } finally {
        room.drop(body.byteLength);
      }
    },
  });
}

/** One that announces its size is charged for before it is read, so that who sends many at once is told at once. */
async function readBodyCharged({ request, chargeBody }: Call, bounds: BodyBounds): Promise<Uint8Array> {
  const announced = request.headers.get("content-length");
  if (announced !== null) chargeBody?.(Math.min(Number(announced), bounds.bytes_max));
  const body = await readBody(request, bounds);
  if (announced === null) chargeBody?.(body.byteLength);
  return body;
}

/** Those whose bodies are still on their way take no place: they may be slow. */
async function withinRoom<Result>(room: Room, work: () => Promise<Result>): Promise<Result> {
  if (!room.enter()) throw tooMany();
  try {
    return await work();
  } finally {
    room.leave();
  }
}

function tooMany(): AppError {
  return new AppError("unavailable", "As many writes are under way as are let in at once.", { retry_after_s: 1 });
}

function changing(parts: WriteParts, doc: OperationDoc, read: (body: Uint8Array) => Decide): Operation {
  return writing(parts, doc, async (writes, { call, body, origin }) => {
    const condition = readWriteCondition(call.request.headers);
    const { article } = await writes.change(articleIdOf(call), condition, read(body), origin);
    return articleAnswer(200, article);
  });
}

function articleAnswer(status: number, article: StoredArticle, headers: Readonly<Record<string, string>> = {}): Answer {
  return jsonAnswer(status, article.json, { ...validatorsOf(article), ...headers });
}
