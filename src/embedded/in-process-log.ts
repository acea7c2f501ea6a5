import { countByType } from "../article/count-by-type.ts";
import type { BatchHandler, EventLog, EventRecord, ReceivedRecord } from "../article/event-log.ts";
import { slices } from "../article/slices.ts";
import { withDeadline } from "../platform/deadline.ts";

export interface InProcessLogHooks {
  onMessagesSent(topic: string, counts: ReadonlyMap<string, number>): void;
}

export interface InProcessLogParts {
  readonly hooks: InProcessLogHooks;
  /** What the running delivery may take to finish when the log closes. */
  readonly drain_timeout_ms?: number;
}

export const in_process_topic = "in-process";
const partition = 0;

/**
 * The event log without Kafka: the outbox is what lasts, so `publish` resolves only after the handler has committed in DB2.
 * Before there is a handler it waits for one. A handler that throws rejects it, and whoever publishes sends again.
 */
export function createInProcessLog({ hooks, drain_timeout_ms = 5000 }: InProcessLogParts): EventLog {
  const consumer = Promise.withResolvers<BatchHandler>();
  const closing = Promise.withResolvers<never>();
  closing.promise.catch(() => {});
  const abort = new AbortController();
  let consumed = false;
  let closed = false;
  let last: Promise<void> = Promise.resolve();
  let next = 0;
  let waiting = 0;

  async function deliver(records: readonly EventRecord[]): Promise<void> {
    if (closed) throw closedError();
    const handler = await Promise.race([consumer.promise, closing.promise]);
    let behind = records.length;
    waiting = behind;
    for (const slice of slices(records, ({ value }) => Buffer.byteLength(value ?? ""))) {
      if (closed) throw closedError();
      behind -= slice.length;
      const batch = {
        topic: in_process_topic,
        partition,
        records: slice.map(toReceived),
        behind,
        heartbeat: async () => {},
        signal: abort.signal,
      };
      await handler(batch);
      next += slice.length;
      waiting = behind;
      hooks.onMessagesSent(in_process_topic, countByType(slice));
    }
  }

  return {
    publish(records) {
      const delivered = last.then(() => deliver(records));
      last = delivered.catch(() => {});
      return delivered;
    },
    async consume(handler) {
      if (consumed) throw new Error("This event log is being consumed already");
      consumed = true;
      consumer.resolve(handler);
    },
    partitions: async () => 1,
    // What is published has been handled.
    mark: async () => ({ behind: async () => 0 }),
    // DB2 keeps it, and there is nobody else to tell.
    async publishDeadLetter() {},
    async check() {
      return closed ? { state: "down", detail: "closed" } : { state: "up" };
    },
    progress: async () => [{ partition, next, behind: waiting }],
    unread: () => (consumed && !closed ? new Map([[partition, waiting]]) : undefined),
    failed: new Promise<never>(() => {}),
    async [Symbol.asyncDispose]() {
      closed = true;
      closing.reject(closedError());
      await withDeadline(last, drain_timeout_ms).catch(() => {});
      abort.abort();
      await withDeadline(last, drain_timeout_ms).catch(() => {});
    },
  };
}

function closedError(): Error {
  return new Error("The event log is closed");
}

function toReceived({ key, value, headers, outbox_id }: EventRecord): ReceivedRecord {
  return {
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, Buffer.from(header)])),
    offset: String(outbox_id),
  };
}
