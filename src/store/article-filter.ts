import type { Status } from "../article/article.ts";
import type { ArticleFilter } from "./article-store.ts";

/** Status is written out, never bound: one of three, the planner then knows how rare it is, also in a plan made once. */
const statusSql: Readonly<Record<Status, { readonly is: string; readonly count: string }>> = {
  draft: { is: "a.status = 'draft'", count: "draft" },
  published: { is: "a.status = 'published'", count: "published" },
  archived: { is: "a.status = 'archived'", count: "archived" },
};

/** DB2 keeps tombstones, which no reader may see. */
export type Dialect = "primary" | "replica";

/** Takes a value into the statement's parameters and answers its placeholder. */
export type Bind = (value: unknown) => string;

export function createBind(): { readonly bind: Bind; readonly values: readonly unknown[] } {
  const values: unknown[] = [];
  return { values, bind: (value) => `$${values.push(value)}` };
}

/** The conditions on `a` that a filter means; always at least one. */
export function filterCondition(filter: ArticleFilter, dialect: Dialect, bind: Bind): string {
  const conditions = dialect === "replica" ? ["NOT a.deleted"] : [];
  if (filter.status !== undefined) conditions.push(statusSql[filter.status].is);
  if (filter.category !== undefined) conditions.push(`a.category = ${bind(filter.category)}`);
  if (filter.author !== undefined) conditions.push(`a.author = ${bind(filter.author)}`);
  if (filter.tag !== undefined) conditions.push(`a.tags @> ARRAY[${bind(filter.tag)}::text]`);
  return conditions.length === 0 ? "true" : conditions.join(" AND ");
}

/** The exact number of articles that match: from kept counts where they tell it, else counted by index. */
export function totalOf(filter: ArticleFilter, condition: string): string {
  const { status, ...others } = filter;
  if (Object.values(others).some((value) => value !== undefined)) return `(SELECT count(*) FROM articles a WHERE ${condition})`;
  const counted = status === undefined ? "draft + published + archived" : statusSql[status].count;
  return `(SELECT coalesce(sum(${counted}), 0)::bigint FROM article_counts)`;
}
