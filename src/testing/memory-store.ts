import type { Article, ArticleField, Status } from "../article/article.ts";
import { AppError, notFound } from "../article/errors.ts";
import type {
  ArticleFilter,
  ArticleReads,
  ArticleWrites,
  IdempotencyKeys,
  KeptAnswer,
  ListPage,
  Position,
  Sort,
  StoredArticle,
  ViewCounts,
} from "../store/article-store.ts";
import { checkCondition, type WriteCondition } from "../store/write-condition.ts";

export interface MemoryStore {
  readonly reads: ArticleReads;
  readonly writes: ArticleWrites;
  readonly idempotency: IdempotencyKeys;
  readonly views: ViewCounts;
  /** Ids in the order in which their views were counted. */
  readonly counted: readonly number[];
}

/** The store's interfaces over a Map, for tests that are not about PostgreSQL. Search finds plain words, unranked. */
export function createMemoryStore(): MemoryStore {
  const articles = new Map<number, Article>();
  const counted: number[] = [];
  let last_id = 0;

  const matching = (filter: ArticleFilter) => [...articles.values()].filter((article) => matches(article, filter));

  function existing(id: number, condition: WriteCondition | undefined): Article {
    const article = articles.get(id);
    if (article === undefined) throw notFound(id);
    checkCondition(condition, article);
    return article;
  }

  const reads: ArticleReads = {
    async get(id, fields) {
      const article = articles.get(id);
      return article && stored(article, fields);
    },
    async getHead(id) {
      const article = articles.get(id);
      return article && stored(article);
    },
    async getMany(ids, fields) {
      return ids.flatMap((id) => articles.get(id) ?? []).map((article) => stored(article, fields));
    },
    async list({ filter, sort, start, limit, fields, with_total }) {
      const all = matching(filter).sort((a, b) => compare(positionOf(a, sort), positionOf(b, sort), sort));
      const rest =
        "after" in start
          ? all.filter((article) => compare(start.after, positionOf(article, sort), sort) < 0)
          : all.slice(start.offset);
      return pageOf(rest, limit, fields, with_total ? all.length : null, sort);
    },
    async search({ terms, filter, offset, limit, fields, with_total }) {
      const words = terms.toLowerCase().split(/\s+/);
      const found = matching(filter).filter(({ title, content }) => {
        const text = `${title} ${content}`.toLowerCase();
        return words.every((word) => text.includes(word));
      });
      const page = pageOf(found.slice(offset), limit, fields, with_total ? found.length : null, {
        field: "created_at",
        descending: true,
      });
      return { ...page, next: null };
    },
    async counts() {
      const counts: Record<Status, number> = { draft: 0, published: 0, archived: 0 };
      for (const { status } of articles.values()) counts[status]++;
      return counts;
    },
  };

  const writes: ArticleWrites = {
    async create(article) {
      const created = { id: ++last_id, ...article };
      articles.set(created.id, created);
      return { article: stored(created), change: "created" };
    },
    async change(id, condition, decide) {
      const { kind, article } = decide(existing(id, condition));
      articles.set(id, article);
      return { article: stored(article), change: kind };
    },
    async remove(id, condition) {
      const { version } = existing(id, condition);
      articles.delete(id);
      return { version: version + 1 };
    },
  };

  const views: ViewCounts = {
    count(id) {
      counted.push(id);
    },
    async flush() {
      for (const id of counted) {
        const article = articles.get(id);
        if (article) articles.set(id, { ...article, views_count: article.views_count + 1 });
      }
      counted.length = 0;
    },
    async settle() {},
  };

  return { reads, writes, idempotency: createMemoryIdempotency(writes), views, counted };
}

/** Keeps answers; cannot undo what a handler wrote before it gave up, which none of ours does. */
function createMemoryIdempotency(writes: ArticleWrites): IdempotencyKeys {
  const kept = new Map<string, { fingerprint: string; answer: KeptAnswer | undefined }>();
  return {
    async run({ caller, key, fingerprint }, handle) {
      const place = JSON.stringify([caller, key]);
      const known = kept.get(place);
      if (known !== undefined) {
        if (known.fingerprint !== fingerprint) {
          throw new AppError("idempotency_key_reused", "This Idempotency-Key was used for another request.");
        }
        if (known.answer !== undefined) return known.answer;
        throw new AppError("idempotency_in_progress", "The first request under this key is still running.", { retry_after_s: 1 });
      }
      kept.set(place, { fingerprint, answer: undefined });
      try {
        const { answer, keep } = await handle(writes);
        if (keep) kept.set(place, { fingerprint, answer });
        else kept.delete(place);
        return answer;
      } catch (error) {
        kept.delete(place);
        throw error;
      }
    },
    async expire() {
      const count = kept.size;
      kept.clear();
      return count;
    },
  };
}

function stored(article: Article, fields?: readonly ArticleField[]): StoredArticle {
  const { id, version, status, updated_at } = article;
  const chosen = fields === undefined ? article : Object.fromEntries(fields.map((field) => [field, article[field]]));
  return { id, version, status, updated_at, json: JSON.stringify(chosen) };
}

function pageOf(
  rest: readonly Article[],
  limit: number,
  fields: readonly ArticleField[] | undefined,
  total: number | null,
  sort: Sort,
): ListPage {
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return {
    items_json: `[${items.map((article) => stored(article, fields).json).join(",")}]`,
    count: items.length,
    total,
    next: last !== undefined && rest.length > limit ? positionOf(last, sort) : null,
  };
}

function matches(article: Article, { status, category, author, tag }: ArticleFilter): boolean {
  return (
    (status === undefined || article.status === status) &&
    (category === undefined || article.category === category) &&
    (author === undefined || article.author === author) &&
    (tag === undefined || article.tags.includes(tag))
  );
}

function positionOf(article: Article, { field }: Sort): Position {
  return { value: article[field], id: article.id };
}

/** Below zero when `a` comes first; missing values last both ways, ids break ties in the same direction. */
function compare(a: Position, b: Position, { descending }: Sort): number {
  if (a.value !== b.value) {
    if (a.value === null) return 1;
    if (b.value === null) return -1;
    return a.value < b.value === descending ? 1 : -1;
  }
  return descending ? b.id - a.id : a.id - b.id;
}
