import type { Article } from "../article/article.ts";
import type { Decide } from "../article/commands.ts";
import { notFound } from "../article/errors.ts";
import { articleJson, storedArticle, viewsJoin } from "./article-json.ts";
import type { ArticleWrites, StoredArticle, WriteOrigin, Written } from "./article-store.ts";
import { changeArticle, removeArticle } from "./change-statement.ts";
import { createArticles } from "./create-statement.ts";
import type { Queryable, Statement } from "./database.ts";
import { checkCondition, type WriteCondition } from "./write-condition.ts";

const lock: Statement = {
  name: "lock",
  text: `SELECT ${storedArticle(articleJson())} FROM articles a ${viewsJoin()} WHERE a.id = $1::bigint FOR UPDATE OF a`,
};

/** Writes inside a transaction of the caller's: an article is locked before it is judged, so nobody can be faster. */
export function bindArticleWrites(tx: Queryable): ArticleWrites {
  async function readLocked(id: number): Promise<StoredArticle> {
    const { rows } = await tx.query<StoredArticle>(lock, [id]);
    return rows[0] ?? refuse(notFound(id));
  }

  return {
    async create(article, origin) {
      const [stored] = await createArticles(tx, [{ article, origin }]);
      return stored ? { article: stored, change: "created" } : refuse(new Error("a create answered no row"));
    },
    async change(id, condition, decide, origin) {
      const written = await changeAsRead(tx, await readLocked(id), condition, decide, origin);
      return written ?? refuse(new Error("a locked article moved on"));
    },
    async remove(id, condition, origin) {
      const stored = await readLocked(id);
      checkCondition(condition, stored);
      return (await removeArticle(tx, id, undefined, origin)) ?? refuse(new Error("a locked article was gone"));
    },
  };
}

/** Judges the condition, lets `decide` choose, writes. Answers undefined when the article has moved on since it was read. */
export async function changeAsRead(
  queryable: Queryable,
  stored: StoredArticle,
  condition: WriteCondition | undefined,
  decide: Decide,
  origin: WriteOrigin,
): Promise<Written | undefined> {
  checkCondition(condition, stored);
  const before: Article = JSON.parse(stored.json);
  const change = decide(before);
  if (change.kind === "unchanged") return { article: stored, change: "unchanged" };
  const article = await changeArticle(queryable, before, change, origin);
  return article && { article, change: "changed" };
}

function refuse(error: Error): never {
  throw error;
}
