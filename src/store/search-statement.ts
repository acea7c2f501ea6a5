import { createBind, type Dialect, filterCondition } from "./article-filter.ts";
import { articleJson, viewsJoin } from "./article-json.ts";
import type { SearchQuery } from "./article-store.ts";

/** Nobody types more, and parsing more would only cost; what is behind it does not count. */
const terms_characters_max = 1_000;

/** DB1 keeps the vector in the article's row; DB2 beside it, a moment behind. Who locks both begins with articles. */
const vectors: Readonly<Record<Dialect, { readonly vector: string; readonly from: string }>> = {
  primary: { vector: "a.search", from: "articles a" },
  replica: { vector: "s.search", from: "articles a JOIN article_search s ON s.id = a.id" },
};

/**
 * One statement for a page of matches, best first. The terms are parsed once (a scalar sub-select), ranks are made of
 * the index's own matches, and only the page's articles are read whole.
 */
export function searchStatement(query: SearchQuery, dialect: Dialect): { text: string; values: readonly unknown[] } {
  const { bind, values } = createBind();
  const { vector, from } = vectors[dialect];
  const terms = `(SELECT websearch_to_tsquery('english', blog_search_text(left(${bind(query.terms)}, ${terms_characters_max}))))`;
  const text = `WITH terms AS MATERIALIZED (SELECT ${terms} AS query),
matches AS MATERIALIZED (
  SELECT a.id, ts_rank(${vector}, (SELECT query FROM terms)) AS rank FROM ${from}
  WHERE ${vector} @@ (SELECT query FROM terms) AND ${filterCondition(query.filter, dialect, bind)}
),
page AS (
  SELECT id, row_number() OVER (ORDER BY rank DESC, id DESC) AS n FROM matches
  ORDER BY rank DESC, id DESC LIMIT ${Math.trunc(query.limit)} OFFSET ${bind(query.offset)}
)
SELECT '[' || coalesce(string_agg(${articleJson(query.fields)}, ',' ORDER BY page.n), '') || ']' AS items_json,
  count(*) AS count, ${query.with_total ? "(SELECT count(*) FROM matches)" : "NULL::bigint"} AS total
FROM page JOIN articles a ON a.id = page.id ${viewsJoin(query.fields)}`;
  return { text, values };
}
