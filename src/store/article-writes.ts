import { notFound } from "../article/errors.ts";
import type { ArticleReads, ArticleWrites, StoredArticle } from "./article-store.ts";
import { bindArticleWrites, changeAsRead } from "./bound-writes.ts";
import { removeArticle } from "./change-statement.ts";
import { type Creation, createArticles, creationWeight } from "./create-statement.ts";
import type { Database } from "./database.ts";
import { createGatherer } from "./gatherer.ts";
import { isLockTimeout, isRefusedStatement, tooManyWrites } from "./refused-statement.ts";

export interface ArticleWritesParts {
  readonly database: Database;
  /** Of the same database. */
  readonly reads: Pick<ArticleReads, "get">;
  /** Called after each commit that left an event in the outbox. */
  onCommitted?(): void;
}

/** How long a write that lost a race may wait for those before it; each holds the row for one round trip. */
const lock_timeout_ms = 5_000;

/**
 * Writes of articles, each with its event. Creates of one turn of the event loop share a statement. A change or delete is
 * tried without a lock first, and once more under one when somebody was faster, so that every contender gets through.
 * Nothing is repeated after a lost connection: nobody knows what was committed.
 */
export function createArticleWrites({ database, reads, onCommitted }: ArticleWritesParts): ArticleWrites {
  const gather = createGatherer<Creation, StoredArticle>({
    in_flight_max: 3,
    batch_items_max: 100,
    batch_weight_max: 4 * 1_048_576,
    weigh: creationWeight,
    waiting_max: 10_000,
    origins: database.origins,
    async run(creations) {
      const created = await createArticles(database, creations);
      onCommitted?.();
      return created;
    },
    runAloneAfter: isRefusedStatement,
  });

  async function underLock<Result>(work: (writes: ArticleWrites) => Promise<Result>): Promise<Result> {
    try {
      return await database.withTransaction((tx) => work(bindArticleWrites(tx)), { lock_timeout_ms });
    } catch (error) {
      throw isLockTimeout(error) ? tooManyWrites(error) : error;
    }
  }

  return {
    async create(article, origin) {
      return { article: await gather({ article, origin }), change: "created" };
    },

    async change(id, condition, decide, origin) {
      const stored = await reads.get(id);
      if (stored === undefined) throw notFound(id);
      const written =
        (await changeAsRead(database, stored, condition, decide, origin)) ??
        (await underLock((writes) => writes.change(id, condition, decide, origin)));
      if (written.change !== "unchanged") onCommitted?.();
      return written;
    },

    async remove(id, condition, origin) {
      const versions = condition === undefined || condition.versions === "*" ? undefined : condition.versions;
      // A deletion reads nothing that could be judged.
      const removed =
        (condition?.judge === undefined ? await removeArticle(database, id, versions, origin) : undefined) ??
        (await underLock((writes) => writes.remove(id, condition, origin)));
      onCommitted?.();
      return removed;
    },
  };
}
