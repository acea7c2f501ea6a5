import type { ErrorEntry } from "../article/errors.ts";
import { pathOf } from "../platform/operational-routes.ts";
import type { ListQuery } from "../store/article-store.ts";
import type { VisibleReads } from "./access/visible-reads.ts";
import type { Answer } from "./answer.ts";
import { defaultSort, filterOf, listParameters, per_page_default } from "./article-parameters.ts";
import { type CursorScope, decodeCursor, encodeCursor } from "./cursor.ts";
import type { ReadParts } from "./get-article.ts";
import { cursorLinks, pageLinks } from "./link-header.ts";
import { listAnswer, pagesOf } from "./list-answer.ts";
import { listByIds } from "./list-by-ids.ts";
import { awaitMinVersion } from "./min-version.ts";
import { type Operation, operation } from "./operation.ts";
import { invalidParameters, type QueryValues, type Values } from "./parameters.ts";

export function listArticles({ readsFor, views, versions }: ReadParts): Operation {
  return operation({
    access: "read",
    parameters: listParameters,
    doc: {
      id: "listArticles",
      tag: "articles",
      summary: "List articles",
      description: "By page, or, at any depth at the same cost, by cursor. Items and total come from one snapshot.",
      headers: ["MinVersion"],
      answers: { 200: { description: "A page of articles", schema: "ArticleList", headers: ["Link"] } },
      errors: ["invalid_parameter", "not_acceptable"],
    },
    first: awaitMinVersion(versions),
    async handle({ request, signal, caller }, query) {
      refuseContradictions(query.values);
      const reads = readsFor(caller);
      const path = pathOf(request.url);
      const { ids } = query.values;
      if (ids === undefined) return listPage(reads, path, query, signal);
      return listByIds({ reads, views: request.method === "GET" ? views : undefined }, path, { ...query, ids }, signal);
    },
  });
}

async function listPage(
  reads: VisibleReads,
  path: string,
  { values, given }: QueryValues<typeof listParameters>,
  signal: AbortSignal,
): Promise<Answer> {
  const { page = 1, per_page = per_page_default, sort = defaultSort, cursor, fields, with_total = true } = values;
  const scope = { sort, filter: filterOf(values) };
  const wanted: ListQuery = {
    ...scope,
    start: cursor === undefined ? { offset: (page - 1) * per_page } : startAfter(cursor, scope),
    limit: per_page,
    with_total,
    ...(fields !== undefined && { fields }),
  };
  const found = await reads.list(wanted, signal);
  const next_cursor = found.next === null ? null : encodeCursor(found.next, scope);
  const links =
    cursor === undefined
      ? pageLinks(path, given, { page, pages: pagesOf(found.total, per_page), has_next: next_cursor !== null })
      : cursorLinks(path, given, next_cursor);
  return listAnswer({ ...found, page: cursor === undefined ? page : null, per_page, next_cursor }, links);
}

function startAfter(cursor: string, scope: CursorScope): ListQuery["start"] {
  const after = decodeCursor(cursor, scope);
  if (after !== undefined) return { after };
  const detail = "cursor is not one that was given out for this sort and these filters; take next_cursor as it came.";
  throw invalidParameters([{ pointer: "cursor", detail, code: "malformed" }]);
}

function refuseContradictions({ page, cursor, ids, sort, count_views }: Values<typeof listParameters>): void {
  const errors: ErrorEntry[] = [];
  const refuse = (pointer: string, detail: string) => errors.push({ pointer, detail, code: "contradiction" });
  if (cursor !== undefined && page !== undefined) refuse("cursor", "cursor and page are both given; one of them is allowed.");
  if (cursor !== undefined && ids !== undefined) refuse("cursor", "cursor and ids are both given; one of them is allowed.");
  if (sort !== undefined && ids !== undefined) refuse("sort", "sort and ids are both given; ids keep their own order.");
  if (count_views === true && ids === undefined) refuse("count_views", "count_views is given without ids; it belongs to them.");
  if (errors.length > 0) throw invalidParameters(errors);
}
