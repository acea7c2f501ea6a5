import { notFound } from "../article/errors.ts";
import type { ArticleHead, ViewCounts } from "../store/article-store.ts";
import type { VersionWait } from "../store/version-wait.ts";
import type { ReadsFor } from "./access/visible-reads.ts";
import { type Answer, emptyAnswer, jsonAnswer } from "./answer.ts";
import { articleIdOf } from "./article-id.ts";
import { fieldsParameter } from "./article-parameters.ts";
import { checkTaken, isConditional, isUnmodified, validatorsOf } from "./conditional.ts";
import { awaitMinVersion } from "./min-version.ts";
import { type Operation, operation } from "./operation.ts";

/** Caches may keep an article and must ask before each use: an ETag that still fits costs a 304. */
export const revalidate = { "cache-control": "no-cache" };

export interface ReadParts {
  readonly readsFor: ReadsFor;
  /** Undefined where views are not counted: reads from the replica. */
  readonly views?: ViewCounts | undefined;
  /** Undefined where every write is there at once: in DB1. */
  readonly versions?: VersionWait | undefined;
}

export function getArticle({ readsFor, views, versions }: ReadParts): Operation {
  return operation({
    access: "read",
    parameters: fieldsParameter,
    doc: {
      id: "getArticle",
      tag: "articles",
      summary: "Read an article",
      description: "Counts a view of a published article, also when the answer is 304; HEAD counts none.",
      headers: ["IfNoneMatch", "IfModifiedSince", "IfMatch", "IfUnmodifiedSince", "MinVersion"],
      answers: {
        200: { description: "The article", schema: "ArticleOrSelection", headers: ["ETag", "LastModified"] },
        304: { description: "The caller already has this version", headers: ["ETag", "LastModified"] },
      },
      errors: ["invalid_parameter", "not_found", "not_acceptable", "precondition_failed"],
    },
    first: awaitMinVersion(versions),
    async handle(call, { values }): Promise<Answer> {
      const id = articleIdOf(call);
      const { request, signal } = call;
      const reads = readsFor(call.caller);
      const viewed = ({ status }: ArticleHead) => {
        if (status === "published" && request.method === "GET") views?.count(id);
      };
      // A selection of fields is another representation, and has no tag of its own.
      if (values.fields === undefined && isConditional(request.headers)) {
        const head = await reads.getHead(id, signal);
        if (head === undefined) throw notFound(id);
        checkTaken(request.headers, head);
        if (isUnmodified(request.headers, head)) {
          viewed(head);
          return emptyAnswer(304, { ...revalidate, ...validatorsOf(head) });
        }
      }
      const article = await reads.get(id, values.fields, signal);
      if (article === undefined) throw notFound(id);
      viewed(article);
      return jsonAnswer(
        200,
        article.json,
        values.fields === undefined ? { ...revalidate, ...validatorsOf(article) } : revalidate,
      );
    },
  });
}
