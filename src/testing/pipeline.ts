import type { EventLog } from "../article/event-log.ts";
import { createInProcessLog } from "../embedded/in-process-log.ts";
import { openKafkaLog } from "../kafka/kafka-log.ts";
import { silentHooks } from "../kafka/hooks.ts";
import { testConfig } from "../kafka/test-log.ts";
import { createLog } from "../platform/log.ts";
import { createRelay } from "../relay/relay.ts";
import { createReplication } from "../replication/replication.ts";
import { createArticleReads } from "../store/article-reads.ts";
import type { ArticleWrites, Outbox, ViewCounts } from "../store/article-store.ts";
import { createArticleWrites } from "../store/article-writes.ts";
import type { Database } from "../store/database.ts";
import { createOutbox } from "../store/outbox.ts";
import { createViewCounts } from "../store/view-counts.ts";
import { kafka } from "./services.ts";
import { openPgliteStore, openPostgresStore } from "./stores.ts";

export type PipelineKind = "PostgreSQL and Kafka" | "PostgreSQL without Kafka" | "PGlite";

/** Both databases with everything that carries events from one to the other, in this process. */
export interface Pipeline extends AsyncDisposable {
  readonly primary: Database;
  readonly replica: Database;
  readonly outbox: Outbox;
  readonly eventLog: EventLog;
  readonly writes: ArticleWrites;
  readonly views: ViewCounts;
  poke(): void;
}

const log = createLog({ level: "silent", format: "json" });

export async function openPipeline(kind: PipelineKind): Promise<Pipeline> {
  await using parts = new AsyncDisposableStack();
  const openStore = kind === "PGlite" ? openPgliteStore : openPostgresStore;
  const { database: primary } = parts.use(await openStore("primary"));
  const { database: replica } = parts.use(await openStore("replica"));
  const eventLog = await openLog(kind, parts);
  const outbox = createOutbox(primary);
  const relay = createRelay({
    outbox,
    eventLog,
    database: primary,
    log,
    hooks: { onPublished() {}, onParked() {}, onRelayStateChanged() {} },
  });
  const replication = createReplication({
    database: replica,
    eventLog,
    log,
    hooks: {
      onEventsApplied() {},
      onBatchDone() {},
      onDeadLetter() {},
      onResyncCompleted() {},
      onReplicaUnavailable() {},
      onReplicaAvailable() {},
    },
  });
  await replication.start(new AbortController().signal);
  const stop = new AbortController();
  const relaying = relay.run(stop.signal);
  parts.defer(async () => {
    stop.abort();
    await relaying;
  });
  const reads = createArticleReads({ database: primary, dialect: "primary" });
  const opened = parts.move();
  return {
    primary,
    replica,
    outbox,
    eventLog,
    writes: createArticleWrites({ database: primary, reads, onCommitted: relay.poke }),
    views: createViewCounts({ database: primary, hooks: { onCommitted: relay.poke } }),
    poke: relay.poke,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function openLog(kind: PipelineKind, parts: AsyncDisposableStack): Promise<EventLog> {
  if (kind !== "PostgreSQL and Kafka") return parts.use(createInProcessLog({ hooks: { onMessagesSent() {} } }));
  const { brokers, topic, drop } = await kafka.createTopic();
  parts.defer(drop);
  return parts.use(openKafkaLog(testConfig(brokers, topic), { log, hooks: silentHooks }));
}
