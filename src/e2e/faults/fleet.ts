import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PostgresConfig } from "../../config/config.ts";
import { databaseEnv } from "../../testing/database-env.ts";
import type { Controls } from "../../testing/services.ts";
import type { TcpProxy } from "../../testing/tcp-proxy.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { createDatabaseSession, type DatabaseSession } from "./database-session.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { createMember, type Member } from "./member.ts";
import { scrape } from "./scrape.ts";
import { createTopic, type Topic } from "./topic.ts";
import { installWitness, type Witness } from "./witness.ts";

/** What a fleet stands on. Without controls a service is shared, and left alone. */
export interface Ground {
  readonly primary: { readonly config: PostgresConfig; readonly controls?: Controls };
  readonly replica: { readonly config: PostgresConfig; readonly controls?: Controls };
  readonly kafka: {
    /** Made by the first who looks, if it is not there. */
    readonly topic: string;
    /** For the suite itself. */
    readonly brokers: readonly string[];
    /** For the executable. */
    readonly proxied_brokers: readonly string[];
    readonly controls?: Controls;
    readonly proxy?: TcpProxy;
  };
}

export interface Fleet extends AsyncDisposable {
  readonly ground: Ground;
  readonly apis: readonly [Member, Member];
  readonly syncs: readonly [Member, Member];
  /** Another sync of the same group, not running yet. */
  readonly third_sync: Member;
  readonly primary: DatabaseSession;
  readonly replica: DatabaseSession;
  readonly topic: Topic;
  readonly group: string;
  readonly ledger: Ledger;
  readonly witness: Witness;
  /** Environment of a command that reaches everything. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** Starts two apis and two syncs on databases that are still empty, and a topic that is. `file`: another build than `dist/blog`. */
export async function startFleet(ground: Ground, file?: string): Promise<Fleet> {
  await using parts = new AsyncDisposableStack();
  const cwd = mkdtempSync(join(tmpdir(), "blog-faults-"));
  parts.defer(() => rmSync(cwd, { recursive: true, force: true }));
  const { topic } = ground.kafka;
  const group = `group-${topic}`;
  const env = {
    ...databaseEnv("DB1", ground.primary.config),
    ...databaseEnv("DB2", ground.replica.config),
    KAFKA_BOOTSTRAP_SERVERS: ground.kafka.proxied_brokers.join(","),
    KAFKA_TOPIC_ARTICLES: topic,
    KAFKA_GROUP_ID: group,
    VIEWS_FLUSH_SECONDS: "1",
  };
  const member = (name: string, role: "api" | "sync") => parts.use(createMember({ name, role, env, cwd, file }));
  const apis = [member("api 1", "api"), member("api 2", "api")] as const;
  const syncs = [member("sync 1", "sync"), member("sync 2", "sync")] as const;
  const third_sync = member("sync 3", "sync");
  await Promise.all([...apis, ...syncs].map((each) => each.start()));
  const replica = createDatabaseSession(ground.replica.config);
  const witness = await installWitness(replica);
  const opened = parts.move();
  return {
    ground,
    apis,
    syncs,
    third_sync,
    primary: createDatabaseSession(ground.primary.config),
    replica,
    topic: createTopic(ground.kafka.brokers, topic),
    group,
    ledger: createLedger(),
    witness,
    env,
    cwd,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** What the member has sent to the event log since it started. */
export async function sentBy(member: Member): Promise<number> {
  return (await scrape(member.url)).sum("kafka_messages_sent_total");
}

/** The api whose relay publishes at the moment, and the other one. Needs writes. */
export async function findLeader({ apis }: Fleet): Promise<{ readonly leader: Member; readonly other: Member }> {
  const before = await Promise.all(apis.map(sentBy));
  return await waitFor("one of the relays to publish", async () => {
    const [first = 0, second = 0] = (await Promise.all(apis.map(sentBy))).map((sent, n) => sent - (before[n] ?? 0));
    if (first > second) return { leader: apis[0], other: apis[1] };
    return second > first && { leader: apis[1], other: apis[0] };
  });
}
