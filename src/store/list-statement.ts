import { type Bind, createBind, type Dialect, filterCondition, totalOf } from "./article-filter.ts";
import { articleJson, instantText, viewsJoin } from "./article-json.ts";
import type { ListQuery, Position, Sort } from "./article-store.ts";
import { plannedOnce } from "./planned-once.ts";

interface SortColumn {
  readonly from: string;
  readonly column: string;
  readonly id: string;
  readonly type: string;
  /** The column of the page as a Position carries it. */
  readonly position: string;
}

const articlesOnly = { from: "articles a", id: "a.id" };
const date = (name: string): SortColumn => ({
  ...articlesOnly,
  column: `a.${name}`,
  type: "timestamptz",
  position: instantText("page.sort_key"),
});

const sortColumns: Readonly<Record<Sort["field"], SortColumn>> = {
  created_at: date("created_at"),
  updated_at: date("updated_at"),
  published_at: date("published_at"),
  title: { ...articlesOnly, column: 'a.title COLLATE "C"', type: "text", position: "page.sort_key" },
  views_count: {
    from: "article_views c JOIN articles a ON a.id = c.id",
    column: "c.views",
    id: "c.id",
    type: "bigint",
    position: "page.sort_key",
  },
};

export interface ListStatement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Whether one plan fits whatever the values are. It does not for a tag of ten articles and one of a million. */
  readonly plan_fits_all: boolean;
}

/**
 * One statement, so one snapshot, for a page: its items as a JSON array, whether more follow and behind what, and the
 * total. What is skipped is walked as ids in an index; only the page's articles are read. LIMIT is written out: with a
 * placeholder the planner expects a tenth of the table, and does not walk an index.
 */
export function listStatement(query: ListQuery, dialect: Dialect): ListStatement {
  const { bind, values } = createBind();
  const { status: _, ...others } = query.filter;
  const condition = filterCondition(query.filter, dialect, bind);
  const plan_fits_all = Object.values(others).every((value) => value === undefined);
  const limit = Math.trunc(query.limit);
  const { position } = sortColumns[query.sort.field];
  const text = `SELECT
  '[' || coalesce(string_agg(${articleJson(query.fields)}, ',' ORDER BY page.n) FILTER (WHERE page.n <= ${limit}), '') || ']' AS items_json,
  least(count(*), ${limit}) AS count,
  count(*) > ${limit} AS more,
  min(page.id) FILTER (WHERE page.n = ${limit}) AS last_id,
  min(${position}) FILTER (WHERE page.n = ${limit}) AS last_value,
  ${query.with_total ? totalOf(query.filter, condition) : "NULL"} AS total
FROM (
  SELECT id, sort_key, row_number() OVER (ORDER BY ${pageOrder(query.sort)}) AS n
  FROM (${page(query, condition, bind, plan_fits_all)}) found
) page JOIN articles a ON a.id = page.id ${viewsJoin(query.fields)}`;
  return { text, values, plan_fits_all };
}

function page(query: ListQuery, condition: string, bind: Bind, plan_fits_all: boolean): string {
  const { sort, start } = query;
  const rows = Math.trunc(query.limit) + 1;
  const offset = "offset" in start && start.offset > 0 ? offsetOf(sort, bind(start.offset), plan_fits_all) : undefined;
  const after = "after" in start ? start.after : undefined;
  if (sort.field !== "published_at") return branch(sort, `${condition}${behind(sort, after, bind)}`, rows, offset);

  // Articles without a date come last in both directions, behind all that have one. As two branches each walks the one
  // index in its direction; ORDER BY … NULLS LAST, or OR in the condition, could not. The second is only walked when the
  // first does not fill the page: where a filter leaves no article without a date, it would walk over all of them.
  const dated = `${condition} AND a.published_at IS NOT NULL`;
  const dateless = `${condition} AND a.published_at IS NULL${behindDateless(sort, after, bind)}`;
  if (after?.value === null) return branch(sort, dateless, rows);
  const unfilled = `(SELECT count(*) FROM dated) < ${rows}`;
  // A count, since rows kept only to be skipped would fill the disk.
  const skipped =
    offset && `CASE WHEN ${unfilled} THEN greatest(0, ${offset} - (SELECT count(*) FROM articles a WHERE ${dated})) END`;
  return `WITH dated AS MATERIALIZED (${branch(sort, `${dated}${behind(sort, after, bind)}`, rows, offset)})
    SELECT * FROM (SELECT * FROM dated UNION ALL (${branch(sort, `${dateless} AND ${unfilled}`, rows, skipped)})) both_branches
    ORDER BY ${pageOrder(sort)} LIMIT ${rows}`;
}

/**
 * One plan fits all offsets where ids are walked in one index. Where they are joined, what is good for a deep page is slow for the others;
 * and a statement whose plan is not kept may as well be planned for its offset.
 */
function offsetOf({ field }: Sort, parameter: string, plan_fits_all: boolean): string {
  const walked = sortColumns[field].from === articlesOnly.from;
  return plan_fits_all && walked ? plannedOnce(parameter, "bigint") : `${parameter}::bigint`;
}

/** The order of the page's rows. NULLS LAST only where there can be any: a page in index order need not be sorted again. */
function pageOrder({ field, descending }: Sort): string {
  const direction = descending ? "DESC" : "ASC";
  return `sort_key ${direction}${field === "published_at" ? " NULLS LAST" : ""}, id ${direction}`;
}

function branch(sort: Sort, condition: string, limit: number, offset?: string): string {
  const { from, column, id } = sortColumns[sort.field];
  const direction = sort.descending ? "DESC" : "ASC";
  return `SELECT ${id} AS id, ${column} AS sort_key FROM ${from} WHERE ${condition}
    ORDER BY ${column} ${direction}, ${id} ${direction} LIMIT ${limit}${offset === undefined ? "" : ` OFFSET ${offset}`}`;
}

function behind(sort: Sort, after: Position | undefined, bind: Bind): string {
  if (after === undefined) return "";
  const { column, id, type } = sortColumns[sort.field];
  return ` AND (${column}, ${id}) ${sort.descending ? "<" : ">"} (${bind(after.value)}::${type}, ${bind(after.id)}::bigint)`;
}

function behindDateless(sort: Sort, after: Position | undefined, bind: Bind): string {
  return after?.value === null ? ` AND a.id ${sort.descending ? "<" : ">"} ${bind(after.id)}::bigint` : "";
}
