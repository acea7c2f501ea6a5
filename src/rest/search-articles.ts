import { pathOf } from "../platform/operational-routes.ts";
import type { SearchQuery } from "../store/article-store.ts";
import { filterOf, per_page_default, searchParameters } from "./article-parameters.ts";
import type { ReadParts } from "./get-article.ts";
import { pageLinks } from "./link-header.ts";
import { listAnswer, pagesOf } from "./list-answer.ts";
import { awaitMinVersion } from "./min-version.ts";
import { type Operation, operation } from "./operation.ts";

export function searchArticles({ readsFor, versions }: ReadParts): Operation {
  return operation({
    access: "read",
    parameters: searchParameters,
    doc: {
      id: "searchArticles",
      tag: "articles",
      summary: "Search articles, best match first",
      headers: ["MinVersion"],
      answers: { 200: { description: "A page of matches", schema: "ArticleList", headers: ["Link"] } },
      errors: ["invalid_parameter", "not_acceptable"],
    },
    first: awaitMinVersion(versions),
    async handle({ request, signal, caller }, { values, given }) {
      const { q = "", page = 1, per_page = per_page_default, fields } = values;
      const offset = (page - 1) * per_page;
      const wanted: SearchQuery = {
        terms: q,
        filter: filterOf(values),
        offset,
        limit: per_page,
        with_total: true,
        ...(fields !== undefined && { fields }),
      };
      const found = await readsFor(caller).search(wanted, signal);
      const has_next = found.total !== null && offset + found.count < found.total && found.count > 0;
      const links = pageLinks(pathOf(request.url), given, { page, pages: pagesOf(found.total, per_page), has_next });
      return listAnswer({ ...found, page, per_page, next_cursor: null }, links);
    },
  });
}
