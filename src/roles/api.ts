import type { EventLog } from "../article/event-log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Logger } from "../platform/log.ts";
import { singleFlight } from "../platform/single-flight.ts";
import type { RelayHooks } from "../relay/hooks.ts";
import { createRelay } from "../relay/relay.ts";
import { createRestHandler } from "../rest/rest-handler.ts";
import { createArticleReads } from "../store/article-reads.ts";
import type { ArticleWrites, Outbox } from "../store/article-store.ts";
import { createArticleWrites } from "../store/article-writes.ts";
import type { Database } from "../store/database.ts";
import { createIdempotencyKeys } from "../store/idempotency-keys.ts";
import { createOutbox } from "../store/outbox.ts";
import { createParkedEvents, type ParkedEvents } from "../store/parked-events.ts";
import { createViewCounts } from "../store/view-counts.ts";
import { openAccess } from "./access.ts";
import { watchArticles } from "./article-gauges.ts";
import { startPublishingCounters } from "./counters-from-zero.ts";
import { watchPool } from "./database-hooks.ts";
import { databaseCheck, prepareDatabase, searchesAtOnce } from "./database-parts.ts";
import { logBatch } from "./event-lines.ts";
import { eventLogCheck, topicOf } from "./event-log-parts.ts";
import { openRateLimits } from "./rate-limits.ts";
import { repeatedly, running } from "./repeatedly.ts";
import type { RoleContext, RunningRole } from "./role-context.ts";
import type { RoleServer } from "./role-server.ts";

export interface ApiParts {
  readonly server: RoleServer;
  readonly primary: Database;
  readonly eventLog: EventLog;
}

export interface RunningApi extends RunningRole {
  readonly writes: ArticleWrites;
}

type OutboxState = Awaited<ReturnType<Outbox["state"]>>;

/** Seconds between two looks for idempotency keys that are too old. */
const expire_keys_every_s = 10;

/** REST over DB1, and the relay that carries its outbox to the event log. Ready without Kafka: writes go on into the outbox. */
export async function startApi(context: RoleContext, { server, primary, eventLog }: ApiParts): Promise<RunningApi> {
  const { config, metrics } = context;
  const log = context.log.child({ role: "api" });
  await using parts = new AsyncDisposableStack();

  server.health.watch([databaseCheck(primary), eventLogCheck(eventLog, false)]);
  await prepareDatabase(context, primary);

  const outbox = createOutbox(primary);
  const relay = createRelay({ outbox, eventLog, database: primary, log, hooks: relayHooks(metrics, log) });
  const reads = createArticleReads({
    database: primary,
    dialect: "primary",
    searches_at_once: searchesAtOnce(config.primary),
  });
  const writes = createArticleWrites({ database: primary, reads, onCommitted: relay.poke });
  const idempotency = createIdempotencyKeys({
    database: primary,
    ttl_hours: config.idempotency_ttl_hours,
    onCommitted: relay.poke,
  });
  const views = createViewCounts({
    database: primary,
    hooks: {
      onCommitted: relay.poke,
      onViewDropped: () => log.warn("views are not counted: too many articles wait to be written"),
    },
  });

  watchPool(metrics, primary);
  watchArticles(metrics, "primary", reads);
  watchOutbox(context, outbox, createParkedEvents(primary));
  startPublishingCounters(metrics, topicOf(config));

  parts.use(running((stop) => relay.run(stop)));
  parts.defer(() => views.flush().catch((error) => log.warn({ err: error }, "the last views could not be written")));
  parts.use(
    repeatedly("write views", config.views_flush_seconds * 1000, log, async (stop) => {
      await views.flush();
      await views.settle(stop);
    }),
  );
  parts.use(
    repeatedly("expire idempotency keys", expire_keys_every_s * 1000, log, () =>
      idempotency.expire(config.idempotency_ttl_hours),
    ),
  );

  const handler = createRestHandler({
    writable: true,
    reads,
    writes,
    idempotency,
    views,
    now: () => new Date(),
    access: openAccess(config),
    log,
    docs: config.web.docs,
    bounds: config.bounds,
    rateLimits: openRateLimits(config.rate_limits, log),
  });
  server.start(handler);
  const opened = parts.move();
  return { handler, writes, health: server.health, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

function relayHooks(metrics: Metrics, log: Logger): RelayHooks {
  return {
    onPublished(rows) {
      logBatch(log, "events published", rows);
    },
    onParked(id, reason, error) {
      metrics.sync.dead_letters.labels(reason).inc();
      log.error(
        { dead_letter: `outbox-${id}`, reason, error },
        "event not taken by the log: it is parked in DB1, see `blog dlq list`",
      );
    },
    onRelayStateChanged() {},
  };
}

/** What is parked is not pending: it waits for a person, not for the relay. */
function watchOutbox({ metrics }: RoleContext, outbox: Outbox, parked: ParkedEvents): void {
  // One scrape asks once for both.
  const state = singleFlight(outbox.state);
  const gauge = (name: string, help: string, value: (state: OutboxState) => number) =>
    metrics.sample({ name, help, label_names: [] }, async () => [{ labels: {}, value: value(await state()) }]);
  gauge("outbox_pending", "Events that wait in DB1's outbox to be published", ({ pending }) => pending);
  gauge(
    "outbox_oldest_age_seconds",
    "Age of the oldest event that waits in DB1's outbox; 0 when none waits",
    ({ oldest_age_s }) => oldest_age_s,
  );
  const parked_gauge = { name: "outbox_parked", help: "Events in DB1 that the event log does not take", label_names: [] };
  metrics.sample(parked_gauge, async () => [{ labels: {}, value: await parked.count() }]);
}
