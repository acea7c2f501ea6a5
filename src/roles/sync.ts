import type { EventLog } from "../article/event-log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Check } from "../platform/health.ts";
import type { Logger } from "../platform/log.ts";
import type { ReplicationHooks } from "../replication/hooks.ts";
import { createReplication, type Replication } from "../replication/replication.ts";
import { createSearchFiller } from "../replication/search/search-filler.ts";
import { createRestHandler } from "../rest/rest-handler.ts";
import { createArticleReads } from "../store/article-reads.ts";
import type { Database } from "../store/database.ts";
import { createVersionWait } from "../store/version-wait.ts";
import { openAccess } from "./access.ts";
import { watchArticles, watchSearchPending } from "./article-gauges.ts";
import { startDeliveryCounters } from "./counters-from-zero.ts";
import { watchPool } from "./database-hooks.ts";
import { databaseCheck, prepareDatabase, StoppedWhileStarting, searchesAtOnce } from "./database-parts.ts";
import { logBatch, logDeadLetter } from "./event-lines.ts";
import { eventLogCheck, topicOf } from "./event-log-parts.ts";
import type { HistoryWatch } from "./missing-history.ts";
import { openRateLimits } from "./rate-limits.ts";
import { running } from "./repeatedly.ts";
import { watchReplicaLag } from "./replica-lag-gauges.ts";
import type { RoleContext, RunningRole } from "./role-context.ts";
import type { RoleServer } from "./role-server.ts";
import { watchSyncProgress } from "./sync-progress.ts";

export interface SyncParts {
  readonly server: RoleServer;
  readonly replica: Database;
  readonly eventLog: EventLog;
  readonly history: HistoryWatch;
  /** Ties DB1 to this replica, where the event log has no history for another. */
  readonly claim?: (() => Promise<void>) | undefined;
}

export interface RunningSync extends RunningRole {
  /** Rejects when only another process can go on. */
  readonly failed: Promise<never>;
}

/** Replication from the event log to DB2, and read-only REST over DB2. */
export async function startSync(
  context: RoleContext,
  { server, replica, eventLog, history, claim }: SyncParts,
): Promise<RunningSync> {
  const { metrics } = context;
  const log = context.log.child({ role: "sync" });
  await using parts = new AsyncDisposableStack();

  const versions = createVersionWait({ database: replica });
  const search = createSearchFiller({
    database: replica,
    hooks: {
      onFillFailed: (error) => log.warn({ err: error }, "could not make what search looks for; trying again"),
      onFillResumed: () => log.info("search gets to know new articles again"),
    },
  });
  const told = replicationHooks(metrics, log);
  const hooks: ReplicationHooks = {
    ...told,
    onEventsApplied(topic, counts, lags_s, records) {
      versions.wake();
      search.applied(records.length);
      told.onEventsApplied(topic, counts, lags_s, records);
    },
  };
  const replication = createReplication({ database: replica, eventLog, log, hooks });
  server.health.watch([databaseCheck(replica), eventLogCheck(eventLog, true), replicationCheck(replication), history.check]);
  await prepareDatabase(context, replica);
  await claim?.();

  const reads = createArticleReads({
    database: replica,
    dialect: "replica",
    searches_at_once: searchesAtOnce(context.config.replica),
  });
  watchPool(metrics, replica);
  watchArticles(metrics, "replica", reads);
  watchSearchPending(metrics, replica);
  parts.use(running(search.run));
  const topic = topicOf(context.config);
  startDeliveryCounters(metrics, topic);
  watchReplicaLag(metrics, { topic, eventLog, replication });
  await startUnlessStopped(replication, context.stop);

  const progress = parts.use(
    watchSyncProgress({
      eventLog,
      replication,
      log,
      replicaAnswers: async () => replication.trouble() === undefined && (await answers(replica)),
    }),
  );
  server.health.watch([progress.check]);
  server.health.watchProgress(progress.stalled);

  const handler = createRestHandler({
    writable: false,
    reads,
    replicaLag: () => replication.lagSeconds(),
    versions,
    access: openAccess(context.config),
    log,
    docs: context.config.web.docs,
    rateLimits: openRateLimits(context.config.rate_limits, log),
  });
  server.start(handler);
  const opened = parts.move();
  return {
    handler,
    health: server.health,
    failed: progress.failed,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function startUnlessStopped(replication: Replication, stop: AbortSignal): Promise<void> {
  try {
    await replication.start(stop);
  } catch (error) {
    throw stop.aborted ? new StoppedWhileStarting() : error;
  }
}

function replicationCheck(replication: Replication): Check {
  return {
    name: "replication",
    required: true,
    async run() {
      return replication.trouble() === undefined
        ? { state: "up" }
        : { state: "down", detail: "DB2 does not take events; the log says more" };
    },
  };
}

async function answers(database: Database): Promise<boolean> {
  try {
    await database.query({ name: "ping", text: "SELECT 1" });
    return true;
  } catch {
    return false;
  }
}

/** Metric and log line together, one function an event. */
function replicationHooks(metrics: Metrics, log: Logger): ReplicationHooks {
  return {
    onEventsApplied(topic, counts, lags_s, records) {
      for (const [event_type, { applied, stale }] of counts) {
        metrics.kafka.consumed.labels(topic, event_type, "applied").inc(applied);
        metrics.kafka.consumed.labels(topic, event_type, "stale").inc(stale);
      }
      for (const lag_s of lags_s) metrics.sync.lag.observe(lag_s);
      metrics.sync.last_applied.set(Date.now() / 1000);
      logBatch(
        log,
        "events applied",
        records.map(({ record }) => record),
      );
    },
    onBatchDone(events, duration_ms) {
      metrics.sync.batch_events.observe(events);
      metrics.sync.batch_duration.observe(duration_ms / 1000);
    },
    onDeadLetter(letter, event_type) {
      metrics.kafka.consumed.labels(letter.topic, event_type, "dead_letter").inc();
      metrics.sync.dead_letters.labels(letter.reason).inc();
      logDeadLetter(log, letter);
    },
    onResyncCompleted(epoch, dropped) {
      log.info({ epoch, dropped }, "a resync is complete: DB2 has dropped what DB1 does not have");
    },
    onReplicaUnavailable(error) {
      log.warn({ err: error }, "DB2 does not take events: waiting, nothing is lost");
    },
    onReplicaAvailable() {
      log.info("No event waits for DB2 any more");
    },
  };
}
