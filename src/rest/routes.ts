import { getArticle, type ReadParts } from "./get-article.ts";
import type { WriteParts } from "./idempotent.ts";
import { listArticles } from "./list-articles.ts";
import type { Route } from "./operation.ts";
import { searchArticles } from "./search-articles.ts";
import { createArticle, deleteArticle, patchArticle, publishArticle, replaceArticle } from "./write-articles.ts";

/** The articles' routes; without `writing` the read-only form, in which every write's method is one that is not allowed. */
export function articleRoutes(parts: ReadParts, writing?: WriteParts): readonly Route[] {
  return [
    {
      template: "/api/v1/articles",
      operations: { GET: listArticles(parts), ...(writing && { POST: createArticle(writing) }) },
    },
    { template: "/api/v1/articles/search", operations: { GET: searchArticles(parts) } },
    {
      template: "/api/v1/articles/{id}",
      operations: {
        GET: getArticle(parts),
        ...(writing && { PUT: replaceArticle(writing), PATCH: patchArticle(writing), DELETE: deleteArticle(writing) }),
      },
    },
    {
      template: "/api/v1/articles/{id}/publish",
      operations: { ...(writing && { POST: publishArticle(writing) }) },
    },
  ];
}
