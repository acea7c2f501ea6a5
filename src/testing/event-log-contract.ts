import { expect, test } from "bun:test";
import type { BatchHandler, EventBatch, EventLog, EventRecord } from "../article/event-log.ts";
import { pause } from "../platform/deadline.ts";
import { waitFor } from "./wait-for.ts";

/** A log that lasts: what `open` gives is one process's hold on it, and may be closed and opened again. */
export interface LastingLog extends AsyncDisposable {
  open(): EventLog;
}

const test_timeout_ms = 60_000;

/** What every EventLog promises, whatever carries it. */
export function eventLogContract(name: string, createLastingLog: () => Promise<LastingLog>): void {
  const contract = (promise: string, body: (lasting: LastingLog) => Promise<void>) =>
    test(
      `${name}: ${promise}`,
      async () => {
        await using lasting = await createLastingLog();
        await body(lasting);
      },
      test_timeout_ms,
    );

  contract("records of one key come in the order in which they were published", async (lasting) => {
    await using log = lasting.open();
    const seen = collect();
    await log.consume(seen.handler);
    const records = numbered(300, 7);
    for (let begin = 0; begin < records.length; begin += 50) await publish(log, records.slice(begin, begin + 50));
    await waitFor("all records", () => seen.values.size === records.length);
    for (const values of seen.byKey.values()) expect(values).toEqual([...values].sort((a, b) => a - b));
  });

  contract("key, value and headers come out as they went in, under growing offsets", async (lasting) => {
    await using log = lasting.open();
    const seen = collect();
    await log.consume(seen.handler);
    await publish(log, [record(1, "5", "ä€😀"), record(2, "5", "second")]);
    await waitFor("both records", () => seen.values.size === 2);
    const [first, second] = seen.batches.flatMap(({ records }) => records);
    expect(first?.key?.toString()).toBe("5");
    expect(first?.value?.toString()).toBe("ä€😀");
    expect(first?.headers["event_type"]?.toString()).toBe("article.created");
    expect(Number(second?.offset)).toBeGreaterThan(Number(first?.offset));
  });

  contract("its progress tells what is read, and what waits while the handler is at work", async (lasting) => {
    await using log = lasting.open();
    const began = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    await log.consume(async () => {
      began.resolve();
      await mayEnd.promise;
    });
    const publishing = publish(log, numbered(3, 1));
    await began.promise;
    const read = async () => (await log.progress()).reduce((sum, { next }) => sum + next, 0);
    const behind = async () => (await log.progress()).reduce((sum, { behind }) => sum + behind, 0);
    await waitFor("all three to wait", async () => (await behind()) === 3);
    const before = await read();
    mayEnd.resolve();
    await publishing;
    await waitFor("all three to be read", async () => (await behind()) === 0);
    expect((await read()) - before).toBe(3);
  });

  contract("a batch whose handler throws is delivered again, and nothing is lost", async (lasting) => {
    await using log = lasting.open();
    const seen = collect();
    let failures = 2;
    await log.consume(async (batch) => {
      if (failures-- > 0) throw new Error("DB2 is away");
      await seen.handler(batch);
    });
    const records = numbered(40, 3);
    await publish(log, records);
    await waitFor("all records", () => seen.values.size === records.length, { timeout_ms: 30_000 });
    expect(failures).toBeLessThan(0);
  });

  contract("a consumer that ends before it has committed leaves its records to the next", async (lasting) => {
    const records = numbered(40, 3);
    const began = Promise.withResolvers<void>();
    const first = lasting.open();
    await first.consume(async (batch) => {
      began.resolve();
      await pause(60_000, batch.signal);
      throw new Error("ended in the middle of a batch");
    });
    const publishing = first.publish(records).then(
      () => true,
      () => false,
    );
    await began.promise;
    await first[Symbol.asyncDispose]();
    const durable = await publishing;

    await using second = lasting.open();
    const seen = collect();
    await second.consume(seen.handler);
    if (!durable) await publish(second, records);
    await waitFor("all records", () => seen.values.size === records.length, { timeout_ms: 30_000 });
  });

  contract("closing lets the running batch finish, and what was committed does not come again", async (lasting) => {
    const first = lasting.open();
    const seen = collect();
    const began = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    await first.consume(async (batch) => {
      began.resolve();
      await mayEnd.promise;
      await seen.handler(batch);
    });
    const publishing = first.publish([record(1, "1", "1")]).catch(() => {});
    await began.promise;
    const closing = first[Symbol.asyncDispose]();
    mayEnd.resolve();
    await closing;
    await publishing;
    expect(seen.values.size).toBe(1);

    await using second = lasting.open();
    const later = collect();
    await second.consume(later.handler);
    await publish(second, [record(2, "1", "2")]);
    await waitFor("the later record", () => later.values.has(2), { timeout_ms: 30_000 });
    expect([...later.values]).toEqual([2]);
  });

  contract("a closed log takes nothing more", async (lasting) => {
    const log = lasting.open();
    await log[Symbol.asyncDispose]();
    await expect(log.publish([record(1, "1", "1")])).rejects.toThrow();
  });
}

function record(outbox_id: number, key: string, value: string): EventRecord {
  return { outbox_id, key, value, headers: { event_type: "article.created", event_id: String(outbox_id) } };
}

function numbered(count: number, keys: number): readonly EventRecord[] {
  return Array.from({ length: count }, (_, index) => record(index + 1, String(index % keys), String(index + 1)));
}

/** As the relay does: again and again, until the log has them. */
async function publish(log: EventLog, records: readonly EventRecord[]): Promise<void> {
  await waitFor("the log to take the records", () => log.publish(records).then(() => true), { timeout_ms: 30_000 });
}

function collect() {
  const values = new Set<number>();
  const byKey = new Map<string, number[]>();
  const batches: EventBatch[] = [];
  const handler: BatchHandler = async (batch) => {
    batches.push(batch);
    for (const { key, headers } of batch.records) {
      const id = Number(headers["event_id"]?.toString());
      if (values.has(id)) continue;
      values.add(id);
      const name = key?.toString() ?? "";
      byKey.set(name, [...(byKey.get(name) ?? []), id]);
    }
  };
  return { values, byKey, batches, handler };
}
