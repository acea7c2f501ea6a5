import type { Config } from "../../config/config.ts";
import type { DeadLetterParts } from "../../control/dead-letters.ts";
import { silentHooks } from "../../kafka/hooks.ts";
import { openKafkaLog } from "../../kafka/kafka-log.ts";
import type { Logger } from "../../platform/log.ts";
import { untilSent } from "../../replication/outbox-room.ts";
import { type ReplayTarget, throughLog, throughOutbox } from "../../replication/replay.ts";
import type { Database } from "../../store/database.ts";
import { migrate } from "../../store/migrate.ts";
import { checkSchema } from "../../store/migration-state.ts";
import { migrations } from "../../store/migrations.ts";
import { createParkedEvents } from "../../store/parked-events.ts";
import { openCommandDatabases } from "../databases.ts";
import { openPipeline } from "../pipeline.ts";

export interface OpenDeadLetterParts extends DeadLetterParts, AsyncDisposable {
  /** Resolves when what was replayed has reached DB2, where nobody but this process might bring it there. */
  delivered(signal: AbortSignal): Promise<void>;
}

/** Opens what `blog dlq` works on when no other process does it. `replays`: dead letters are to be sent, not only looked at. */
export async function openDeadLetterParts(config: Config, log: Logger, replays: boolean): Promise<OpenDeadLetterParts> {
  return replays && config.event_log?.kind === "in-process" ? openToDeliver(config, log) : openToAsk(config, log);
}

/** With Kafka what is replayed is in the topic then, and the sync's to apply. */
async function openToAsk(config: Config, log: Logger): Promise<OpenDeadLetterParts> {
  await using parts = new AsyncDisposableStack();
  const { databases } = parts.use(await openCommandDatabases(config, log));
  const replica = databases.find(({ name }) => name === "replica");
  const primary = databases.find(({ name }) => name === "primary");
  if (replica === undefined) throw new Error("dlq is configured without the replica");
  for (const database of databases) {
    // A folder of an older version is this process's to bring up to date; a server may be in use.
    if (database.kind === "pglite" && config.migrate) await migrate(database, migrations[database.name], { log });
    else await checkSchema(database, migrations[database.name]);
  }
  const target = targetOf(config, primary, log, parts);
  const opened = parts.move();
  return { replica, primary, target, delivered: async () => {}, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

function targetOf({ event_log }: Config, primary: Database | undefined, log: Logger, parts: AsyncDisposableStack): ReplayTarget {
  if (event_log?.kind === "kafka") return throughLog(parts.use(openKafkaLog(event_log, { log, hooks: silentHooks })));
  if (primary === undefined) throw new Error("dlq is configured without Kafka and without the primary");
  return throughOutbox(createParkedEvents(primary));
}

async function openToDeliver(config: Config, log: Logger): Promise<OpenDeadLetterParts> {
  const { primary, replica, outbox, ...pipeline } = await openPipeline(config, log);
  return {
    replica,
    primary,
    target: throughOutbox(createParkedEvents(primary)),
    delivered: async (signal) => untilSent(outbox, await outbox.last(), signal),
    [Symbol.asyncDispose]: () => pipeline[Symbol.asyncDispose](),
  };
}
