import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { databaseEnv } from "../../testing/database-env.ts";
import { type PrometheusServer, startPrometheus } from "../../testing/prometheus/server.ts";
import { type Controls, kafka, postgres } from "../../testing/services.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { createMember, type Member } from "../faults/member.ts";

/** The three roles as processes, each on its own, and Prometheus that watches them as it would in a deployment. */
export interface WatchedBlog extends AsyncDisposable {
  readonly api: Member;
  readonly gateway: Member;
  readonly sync: Member;
  readonly prometheus: PrometheusServer;
  /** Of DB1's server, where it is one of our own. */
  readonly primary: Controls | undefined;
  readonly topic: { readonly brokers: readonly string[]; readonly topic: string };
}

export interface WatchedBlogOptions {
  readonly scrape_interval_s: number;
  readonly partitions: number;
  /** For who wants to stop it. */
  readonly own_primary?: boolean;
}

/** Five seconds, and up to a scrape interval more. */
const scraped_timeout_ms = 40_000;

/** Resolves when every role is ready and has been scraped. */
export async function startWatchedBlog(options: WatchedBlogOptions): Promise<WatchedBlog> {
  const { scrape_interval_s, partitions, own_primary = false } = options;
  await using opened = new AsyncDisposableStack();
  const cwd = mkdtempSync(join(tmpdir(), "blog-watched-"));
  opened.defer(() => rmSync(cwd, { recursive: true, force: true }));
  const server = own_primary ? opened.use(await postgres.startOwn()) : undefined;
  const [shared, replica, topic] = await Promise.all([
    server ? undefined : postgres.createDatabase(),
    postgres.createDatabase(),
    kafka.createTopic({ partitions }),
  ]);
  for (const part of [shared, replica, topic]) if (part) opened.defer(() => part.drop());
  const primary = server?.config ?? shared?.config;
  if (primary === undefined) throw new Error("there is no primary");

  const env = {
    ...databaseEnv("DB1", primary),
    ...databaseEnv("DB2", replica.config),
    KAFKA_BOOTSTRAP_SERVERS: topic.brokers.join(","),
    KAFKA_TOPIC_ARTICLES: topic.topic,
    KAFKA_GROUP_ID: `group-${topic.topic}`,
    VIEWS_FLUSH_SECONDS: "1",
  };
  const api = opened.use(createMember({ name: "api", role: "api", env, cwd }));
  const sync = opened.use(createMember({ name: "sync", role: "sync", env, cwd }));
  const addresses = { REST_API_URL: api.url, REPLICA_API_URL: sync.url };
  const gateway = opened.use(createMember({ name: "gateway", role: "gateway", env: addresses, cwd }));
  const members = [api, gateway, sync];
  const targets = Object.fromEntries(members.map(({ name, url }) => [name, [new URL(url).host]]));
  // Prometheus takes five seconds until it looks for its targets, about as long as they take to start.
  const [prometheus] = await Promise.all([
    startPrometheus({ targets, interval_s: scrape_interval_s }),
    ...members.map((member) => member.start()),
  ]);
  opened.use(prometheus);
  await waitFor(
    "every role to be scraped",
    async () => (await prometheus.query('up{job="blog"} == 1')).length === members.length,
    {
      timeout_ms: scraped_timeout_ms,
    },
  );

  const parts = opened.move();
  return { api, gateway, sync, prometheus, primary: server, topic, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}
