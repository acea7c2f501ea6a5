import type { Metrics } from "../metrics/metrics.ts";
import { countPending } from "../replication/search/fill-search.ts";
import type { ArticleReads } from "../store/article-store.ts";
import type { Database } from "../store/database.ts";

const articles_gauge = {
  name: "articles_total",
  help: "Articles by status, in each database",
  label_names: ["status", "database"],
  untyped: true,
};

/** Adds a database to `articles_total`. */
export function watchArticles(metrics: Metrics, database: Database["name"], reads: ArticleReads): void {
  metrics.sample(articles_gauge, async () =>
    Object.entries(await reads.counts()).map(([status, value]) => ({ labels: { status, database }, value })),
  );
}

const search_gauge = {
  name: "search_pending",
  help: "Articles in DB2 that search does not know yet as they are",
  label_names: [],
};

/** Tells how far search over DB2 is behind its articles. */
export function watchSearchPending(metrics: Metrics, replica: Database): void {
  metrics.sample(search_gauge, async () => [{ labels: {}, value: await countPending(replica) }]);
}
