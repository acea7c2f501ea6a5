import type { Article, ArticleField } from "../article/article.ts";
import type { ArticleFilter, StoredArticle, ViewCounts } from "../store/article-store.ts";
import type { VisibleReads } from "./access/visible-reads.ts";
import type { Answer } from "./answer.ts";
import { filterOf, ids_max, type listParameters } from "./article-parameters.ts";
import { pageLinks } from "./link-header.ts";
import { listAnswer, pagesOf } from "./list-answer.ts";
import type { QueryValues } from "./parameters.ts";

export interface IdsQuery extends QueryValues<typeof listParameters> {
  readonly ids: readonly number[];
}

export interface IdsParts {
  readonly reads: VisibleReads;
  /** Undefined where views are not counted. */
  readonly views: ViewCounts | undefined;
}

/** The articles with these ids, in their order; filters and pages work over what is found. */
export async function listByIds(
  { reads, views }: IdsParts,
  path: string,
  { values, given, ids }: IdsQuery,
  signal: AbortSignal,
): Promise<Answer> {
  const { page = 1, per_page = ids_max, fields, count_views = false, with_total = true } = values;
  const filter = filterOf(values);
  const found = await findByIds(reads, ids, filter, fields, signal);
  const begin = (page - 1) * per_page;
  const items = found.slice(begin, begin + per_page);
  if (count_views) {
    for (const { id, status } of items) if (status === "published") views?.count(id);
  }
  const total = with_total ? found.length : null;
  const links = pageLinks(path, given, { page, pages: pagesOf(total, per_page), has_next: begin + per_page < found.length });
  const items_json = `[${items.map(({ json }) => json).join(",")}]`;
  return listAnswer({ items_json, total, page, per_page, next_cursor: null }, links);
}

async function findByIds(
  reads: VisibleReads,
  ids: readonly number[],
  { status, ...filter }: ArticleFilter,
  fields: readonly ArticleField[] | undefined,
  signal: AbortSignal,
): Promise<readonly StoredArticle[]> {
  const asked = Object.keys(filter).length > 0 ? undefined : fields;
  const stored = await reads.getMany(ids, asked, signal);
  const inStatus = status === undefined ? stored : stored.filter((article) => article.status === status);
  if (Object.keys(filter).length === 0) return inStatus;
  // Only ids together with a filter on content costs a look into the articles: at most 100, and nobody needs it often.
  return inStatus.flatMap((article) => {
    const content: Article = JSON.parse(article.json);
    if (!matches(content, filter)) return [];
    return [fields === undefined ? article : { ...article, json: selected(content, fields) }];
  });
}

function matches(article: Article, { category, author, tag }: ArticleFilter): boolean {
  return (
    (category === undefined || article.category === category) &&
    (author === undefined || article.author === author) &&
    (tag === undefined || article.tags.includes(tag))
  );
}

function selected(article: Article, fields: readonly ArticleField[]): string {
  return JSON.stringify(Object.fromEntries(fields.map((field) => [field, article[field]])));
}
