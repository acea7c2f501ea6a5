import type { Metrics } from "../metrics/metrics.ts";
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
