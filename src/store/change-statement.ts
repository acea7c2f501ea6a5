import { isDeepStrictEqual } from "node:util";
import type { Article } from "../article/article.ts";
import type { ArticleChange } from "../article/commands.ts";
import { createBind } from "./article-filter.ts";
import { articleJson, storedArticle, viewsJoin } from "./article-json.ts";
import type { StoredArticle, WriteOrigin } from "./article-store.ts";
import { columnList, columnSetTo, columns } from "./column-list.ts";
import type { Queryable, Statement } from "./database.ts";
import { createStatementNames } from "./statement-names.ts";

const returned = `a.id, ${columnList("a")}`;

const eventOf = (eventType: string, traceparent: string) => `told AS (
  INSERT INTO outbox (article_id, event_type, data, traceparent) SELECT id, ${eventType}, json, ${traceparent} FROM written
)
SELECT id, version, status, updated_at, json FROM written`;

const nameOfChange = createStatementNames("change");

/**
 * Writes what changed, and its event, if the article is still at the version of `before`; else answers undefined. Only
 * columns that differ are set: a publish then neither sends the content nor indexes its words again.
 */
export async function changeArticle(
  queryable: Queryable,
  before: Article,
  change: Extract<ArticleChange, { kind: "changed" }>,
  origin: WriteOrigin,
): Promise<StoredArticle | undefined> {
  const { article: after } = change;
  const { bind, values } = createBind();
  const id = bind(before.id);
  const version = bind(before.version);
  const differing = columns.filter((name) => !isDeepStrictEqual(before[name], after[name]));
  const text = `WITH a AS (
  UPDATE articles a SET ${differing.map((name) => columnSetTo(name, bind(after[name]))).join(", ")}
  WHERE a.id = ${id}::bigint AND a.version = ${version}::integer RETURNING ${returned}
),
written AS (SELECT ${storedArticle(articleJson())} FROM a ${viewsJoin()}),
${eventOf(`${bind(change.event_type)}::text`, `${bind(origin.traceparent ?? null)}::text`)}`;
  const { rows } = await queryable.query<StoredArticle>(nameOfChange(text), values);
  return rows[0];
}

/** The event's data is the article as it last was, one version on. */
const removal: Statement = {
  name: "delete",
  text: `WITH a AS (
  DELETE FROM articles a WHERE a.id = $1::bigint AND ($2::bigint[] IS NULL OR a.version = ANY($2::bigint[])) RETURNING ${returned}
),
written AS (
  SELECT a.id, a.version + 1 AS version, a.status, NULL AS updated_at,
    ${articleJson(undefined, { version: "a.version + 1" })} AS json
  FROM a ${viewsJoin()}
),
${eventOf("'article.deleted'", "$3::text")}`,
};

/** Deletes the article, and writes its event, if its version is one of `versions` (undefined: whatever it is); else answers undefined. */
export async function removeArticle(
  queryable: Queryable,
  id: number,
  versions: readonly number[] | undefined,
  origin: WriteOrigin,
): Promise<{ readonly version: number } | undefined> {
  const { rows } = await queryable.query<StoredArticle>(removal, [id, versions ?? null, origin.traceparent ?? null]);
  const [row] = rows;
  return row && { version: row.version };
}
