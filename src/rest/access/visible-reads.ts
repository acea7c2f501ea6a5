import type { ArticleFilter, ArticleHead, ArticleReads, ListPage } from "../../store/article-store.ts";
import type { Caller } from "./access.ts";

export type VisibleReads = Omit<ArticleReads, "counts">;

/** Reads as one caller may see them. A route has no others, so that none can forget who asks. */
export type ReadsFor = (caller: Caller) => VisibleReads;

export function createReadsFor(reads: ArticleReads): ReadsFor {
  const published = publishedOnly(reads);
  return ({ sees_all }) => (sees_all ? reads : published);
}

/** What is not published is not there: not by id, not in a list, not in a total, which costs as little as with any other status. */
function publishedOnly(reads: ArticleReads): VisibleReads {
  return {
    get: async (...asked) => ifPublished(await reads.get(...asked)),
    getHead: async (...asked) => ifPublished(await reads.getHead(...asked)),
    async getMany(...asked) {
      return (await reads.getMany(...asked)).filter(({ status }) => status === "published");
    },
    async list(query, signal) {
      const filter = narrowed(query.filter);
      return filter === undefined ? nothing(query.with_total) : reads.list({ ...query, filter }, signal);
    },
    async search(query, signal) {
      const filter = narrowed(query.filter);
      return filter === undefined ? nothing(query.with_total) : reads.search({ ...query, filter }, signal);
    },
  };
}

function ifPublished<Article extends ArticleHead>(article: Article | undefined): Article | undefined {
  return article?.status === "published" ? article : undefined;
}

/** Undefined when no published article can match. */
function narrowed(filter: ArticleFilter): ArticleFilter | undefined {
  return filter.status === undefined || filter.status === "published" ? { ...filter, status: "published" } : undefined;
}

function nothing(with_total: boolean): ListPage {
  return { items_json: "[]", count: 0, total: with_total ? 0 : null, next: null };
}
