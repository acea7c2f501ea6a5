import type { BatchHandler, DeadLetter, EventBatch, EventLog, ReceivedRecord } from "../article/event-log.ts";
import { createLog } from "../platform/log.ts";
import type { Database } from "../store/database.ts";
import type { ReplicationHooks } from "./hooks.ts";
import { createReplication } from "./replication.ts";

const log = createLog({ level: "silent", format: "json" });

/** Replication into `database`, and what it tells. The log delivers what a test hands to `deliver`. */
export async function replicate(
  database: Database,
  unread: EventLog["unread"] = () => new Map(),
  stop = new AbortController().signal,
) {
  const handed = Promise.withResolvers<BatchHandler>();
  const published: DeadLetter[] = [];
  const told = {
    applied: {} as Record<string, [number, number]>,
    batches: [] as number[],
    dead_letters: [] as string[],
    unavailable: 0,
    available: 0,
  };
  const hooks: ReplicationHooks = {
    onEventsApplied(_, counts) {
      for (const [type, { applied, stale }] of counts) {
        const [before_applied, before_stale] = told.applied[type] ?? [0, 0];
        told.applied[type] = [before_applied + applied, before_stale + stale];
      }
    },
    onBatchDone: (events) => told.batches.push(events),
    onDeadLetter: ({ reason }) => told.dead_letters.push(reason),
    onResyncCompleted() {},
    onReplicaUnavailable: () => told.unavailable++,
    onReplicaAvailable: () => told.available++,
  };
  const eventLog: EventLog = {
    publish: async () => {},
    consume: async (handler) => handed.resolve(handler),
    publishDeadLetter: async (letter) => void published.push(letter),
    check: async () => ({ state: "up" }),
    progress: async () => [],
    unread,
    partitions: async () => 1,
    mark: async () => ({ behind: async () => 0 }),
    failed: new Promise<never>(() => {}),
    async [Symbol.asyncDispose]() {},
  };
  const replication = createReplication({ database, eventLog, log, hooks });
  await replication.start(stop);
  const handler = await handed.promise;
  const deliver = (records: readonly ReceivedRecord[], over: Partial<EventBatch> = {}) =>
    handler({
      topic: "events",
      partition: 3,
      records,
      behind: 0,
      heartbeat: async () => {},
      signal: new AbortController().signal,
      ...over,
    });
  return { replication, deliver, published, told };
}
