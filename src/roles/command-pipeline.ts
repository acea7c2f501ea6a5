import type { EventLog } from "../article/event-log.ts";
import type { Config } from "../config/config.ts";
import { createInProcessLog } from "../embedded/in-process-log.ts";
import { silentHooks } from "../kafka/hooks.ts";
import { openKafkaLog } from "../kafka/kafka-log.ts";
import type { Logger } from "../platform/log.ts";
import { createRelay } from "../relay/relay.ts";
import { createReplication } from "../replication/replication.ts";
import type { Outbox } from "../store/article-store.ts";
import type { Database } from "../store/database.ts";
import { claimReplica } from "../store/fed-replica.ts";
import { migrate } from "../store/migrate.ts";
import { checkSchema } from "../store/migration-state.ts";
import { migrations } from "../store/migrations.ts";
import { createOutbox } from "../store/outbox.ts";
import { logDeadLetter } from "./event-lines.ts";
import { running } from "./repeatedly.ts";

/** What carries events from DB1 to DB2 for as long as a command runs. */
export interface CommandPipeline extends AsyncDisposable {
  readonly primary: Database;
  readonly replica: Database;
  readonly outbox: Outbox;
  readonly eventLog: EventLog;
  onWritten(): void;
}

export interface CommandPipelineParts {
  readonly config: Config;
  readonly primary: Database;
  readonly replica: Database;
  readonly log: Logger;
}

/**
 * Publishes the outbox if no other process leads. Without Kafka this process also applies the events, as nobody else
 * might; with it that is the sync's. Throws when the databases do not belong together.
 */
export async function openCommandPipeline(pipelineParts: CommandPipelineParts): Promise<CommandPipeline> {
  const { config, primary, replica } = pipelineParts;
  // Who leads the relay is news for a service; a person who typed a command wants to hear of trouble.
  const log = pipelineParts.log.level === "info" ? pipelineParts.log.child({}, { level: "warn" }) : pipelineParts.log;
  await using parts = new AsyncDisposableStack();
  for (const database of [primary, replica]) {
    const known = migrations[database.name];
    if (config.migrate) await migrate(database, known, { log });
    else await checkSchema(database, known);
  }
  const eventLog = parts.use(await openLog(config, primary, replica, log));
  const outbox = createOutbox(primary);
  const relay = createRelay({
    outbox,
    eventLog,
    database: primary,
    log,
    hooks: {
      onPublished() {},
      onParked: (id, reason, error) => log.error({ id, reason, error }, "the event log does not take an event"),
      onRelayStateChanged() {},
    },
  });
  parts.use(running((stop) => relay.run(stop)));
  const opened = parts.move();
  return {
    primary,
    replica,
    outbox,
    eventLog,
    onWritten: relay.poke,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function openLog({ event_log }: Config, primary: Database, replica: Database, log: Logger): Promise<EventLog> {
  if (event_log?.kind === "kafka") return openKafkaLog(event_log, { log, hooks: silentHooks });
  await claimReplica(primary, replica);
  const eventLog = createInProcessLog({ hooks: { onMessagesSent() {} } });
  const replication = createReplication({
    database: replica,
    eventLog,
    log,
    hooks: {
      onEventsApplied() {},
      onBatchDone() {},
      onDeadLetter: (letter) => logDeadLetter(log, letter),
      onResyncCompleted() {},
      onReplicaUnavailable: (error) => log.warn({ err: error }, "DB2 does not take events: waiting, nothing is lost"),
      onReplicaAvailable: () => log.info("No event waits for DB2 any more"),
    },
  });
  // A person who ends the command ends the process.
  await replication.start(new AbortController().signal);
  return eventLog;
}
