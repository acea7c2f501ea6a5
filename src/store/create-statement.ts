import type { NewArticle } from "../article/commands.ts";
import { articleJson, storedArticle } from "./article-json.ts";
import type { StoredArticle, WriteOrigin } from "./article-store.ts";
import { columnDefinitions, columnList } from "./column-list.ts";
import type { Queryable, Statement } from "./database.ts";

export interface Creation {
  readonly article: NewArticle;
  readonly origin: WriteOrigin;
}

/** Ids are drawn beside the input's ordinal, so that each row finds back to its call. The views row is made by a trigger. */
const statement: Statement = {
  name: "create",
  text: `WITH input AS MATERIALIZED (
  SELECT nextval('articles_id_seq') AS id, *
  FROM ROWS FROM (json_to_recordset($1::json) AS (${columnDefinitions}, traceparent text)) WITH ORDINALITY
),
a AS (
  INSERT INTO articles (id, ${columnList()}) SELECT id, ${columnList()} FROM input ORDER BY ordinality
  RETURNING id, ${columnList()}
),
created AS (
  SELECT input.ordinality, input.traceparent, ${storedArticle(articleJson(undefined, { views_count: "0" }))}
  FROM a JOIN input ON input.id = a.id
),
told AS (
  INSERT INTO outbox (article_id, event_type, data, traceparent)
  SELECT id, 'article.created', json, traceparent FROM created ORDER BY ordinality
)
SELECT id, version, status, updated_at, json FROM created ORDER BY ordinality`,
};

/** Inserts the articles and their events, all or none; answers them in the same order. */
export async function createArticles(queryable: Queryable, creations: readonly Creation[]): Promise<readonly StoredArticle[]> {
  const input = creations.map(({ article, origin }) => ({ ...article, traceparent: origin.traceparent ?? null }));
  const { rows } = await queryable.query<StoredArticle>(statement, [JSON.stringify(input)]);
  return rows;
}

/** Roughly the bytes that an article takes in the statement. */
export function creationWeight({ article }: Creation): number {
  return article.content.length + article.title.length + 500;
}
