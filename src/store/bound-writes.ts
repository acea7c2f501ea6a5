import type { Article } from "../article/article.ts";
import type { Decide } from "../article/commands.ts";
import { notFound, preconditionFailed } from "../article/errors.ts";
import { articleJson, storedArticle, viewsJoin } from "./article-json.ts";
import type { ArticleWrites, IfMatch, StoredArticle, WriteOrigin, Written } from "./article-store.ts";
import { changeArticle, removeArticle } from "./change-statement.ts";
import { createArticles } from "./create-statement.ts";
import type { Queryable, Statement } from "./database.ts";

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
    async change(id, if_match, decide, origin) {
      const written = await changeAsRead(tx, await readLocked(id), if_match, decide, origin);
      return written ?? refuse(new Error("a locked article moved on"));
    },
    async remove(id, if_match, origin) {
      const stored = await readLocked(id);
      checkMatch(if_match, stored.version);
      return (await removeArticle(tx, id, undefined, origin)) ?? refuse(new Error("a locked article was gone"));
    },
  };
}

/** Judges If-Match, lets `decide` choose, writes. Answers undefined when the article has moved on since it was read. */
export async function changeAsRead(
  queryable: Queryable,
  stored: StoredArticle,
  if_match: IfMatch | undefined,
  decide: Decide,
  origin: WriteOrigin,
): Promise<Written | undefined> {
  checkMatch(if_match, stored.version);
  const before: Article = JSON.parse(stored.json);
  const change = decide(before);
  if (change.kind === "unchanged") return { article: stored, change: "unchanged" };
  const article = await changeArticle(queryable, before, change, origin);
  return article && { article, change: "changed" };
}

function checkMatch(if_match: IfMatch | undefined, version: number): void {
  if (if_match === undefined || if_match.versions === "*" || if_match.versions.includes(version)) return;
  throw preconditionFailed(if_match.text, version);
}

function refuse(error: Error): never {
  throw error;
}
