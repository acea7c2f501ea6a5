import { waitFor } from "../../src/testing/wait-for.ts";
import { connect, type Sql, urlOf } from "../machine/sql.ts";
import { sumOfMetric } from "./metrics.ts";
import { type Installation, runCommand, views_flush_s } from "./ours.ts";
import { searchBehind } from "./search-behind.ts";

const settle_timeout_ms = 120_000;

interface Sums {
  readonly articles: number;
  readonly versions: number;
  readonly views: number;
}

export interface Served {
  /** Every process that served the API since the accounts were opened, and nobody before. */
  readonly api_urls: readonly string[];
  /** Views that were not counted by a GET of one article. */
  readonly views_elsewhere?: { readonly min: number; readonly max: number };
}

export interface Accounts extends AsyncDisposable {
  /** Resolves when all views are written, the outbox is empty and DB2 has what DB1 has, searchable. */
  settle(): Promise<void>;
  /** What does not add up since the accounts were opened; nothing when all is well. */
  faults(served: Served): Promise<string[]>;
}

const sums = {
  primary: `SELECT (SELECT count(*) FROM articles) AS articles, (SELECT sum(version) FROM articles) AS versions,
  (SELECT sum(views) FROM article_views) AS views`,
  // Deleted articles are kept as tombstones.
  replica: `SELECT count(*) AS articles, sum(version) AS versions, sum(views) AS views
  FROM articles LEFT JOIN article_views USING (id) WHERE NOT deleted`,
} as const;

/** Keeps account of an installation: what was answered has to be in DB1, in the log and in DB2, and nothing else. */
export async function openAccounts(installation: Installation): Promise<Accounts> {
  const primary = await connect(urlOf(installation.primary));
  const replica = await connect(urlOf(installation.replica));
  const opened = await sumsOf(primary, "primary");

  async function settle() {
    await Bun.sleep(views_flush_s * 1000 + 100);
    await waitFor("outbox and DB2 to settle", isSettled, { timeout_ms: settle_timeout_ms, interval_ms: 100 });
  }

  async function isSettled(): Promise<boolean> {
    const waiting = "SELECT (SELECT count(*) FROM views_backlog) + (SELECT count(*) FROM (SELECT FROM outbox LIMIT 1) first_row)";
    if ((await primary.number(waiting)) > 0) return false;
    if ((await searchBehind(replica)) > 0) return false;
    const [left, right] = [await sumsOf(primary, "primary"), await sumsOf(replica, "replica")];
    return left.articles === right.articles && left.versions === right.versions && left.views === right.views;
  }

  return {
    settle,
    async faults({ api_urls, views_elsewhere = { min: 0, max: 0 } }) {
      await settle();
      const now = await sumsOf(primary, "primary");
      const created = now.articles - opened.articles;
      const viewed = now.views - opened.views;
      const requests = (method: string, endpoint: string, status: string) =>
        sumOfMetric(api_urls, "http_requests_total", { method, endpoint, status });
      const answered_created = await requests("POST", "/api/v1/articles", "201");
      const answered_read =
        (await requests("GET", "/api/v1/articles/{id}", "200")) + (await requests("GET", "/api/v1/articles/{id}", "304"));
      const sent = await sumOfMetric(api_urls, "kafka_messages_sent_total", { event_type: "article.created" });
      const faults = [
        ...(created === answered_created ? [] : [`${answered_created} creates were answered, DB1 has ${created} more articles`]),
        ...(created === sent ? [] : [`DB1 has ${created} more articles, ${sent} were published`]),
        ...(viewed >= answered_read + views_elsewhere.min && viewed <= answered_read + views_elsewhere.max
          ? []
          : [
              `${answered_read} articles and ${views_elsewhere.min} to ${views_elsewhere.max} more were read, ${viewed} views counted`,
            ]),
      ];
      return [...faults, ...(await differencesIn(installation))];
    },
    async [Symbol.asyncDispose]() {
      await primary[Symbol.asyncDispose]();
      await replica[Symbol.asyncDispose]();
    },
  };
}

/** What `blog verify` says when DB1 and DB2 are not equal; it waits for what is on its way. */
export async function differencesIn(installation: Installation): Promise<string[]> {
  const verified = await runCommand(installation, ["verify"]).catch(String);
  return verified.startsWith("Error") ? [verified.slice(0, 500)] : [];
}

async function sumsOf(sql: Sql, side: keyof typeof sums): Promise<Sums> {
  const [row] = await sql.rows<{ articles: string; versions: string; views: string }>(sums[side]);
  return { articles: Number(row?.articles), versions: Number(row?.versions), views: Number(row?.views) };
}
