import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { type EventLog, type EventRecord, RecordTooLarge } from "../article/event-log.ts";
import { createLog } from "../platform/log.ts";
import type { Outbox } from "../store/article-store.ts";
import type { Database } from "../store/database.ts";
import { createOutbox } from "../store/outbox.ts";
import { describeWith, postgres } from "../testing/services.ts";
import { openPostgresStore } from "../testing/stores.ts";
import { waitFor } from "../testing/wait-for.ts";
import type { RelayState } from "./hooks.ts";
import { createRelay } from "./relay.ts";

const log = createLog({ level: "silent", format: "json" });

interface StartOptions {
  readonly until?: AbortSignal;
  readonly outbox?: Outbox;
  readonly poll_interval_ms?: number;
}

describeWith([postgres], "the relay", () => {
  let store: Awaited<ReturnType<typeof openPostgresStore>>;
  let stop: AbortController;
  const running: Promise<void>[] = [];

  beforeAll(async () => {
    store = await openPostgresStore("primary", 2);
  });
  afterAll(() => store[Symbol.asyncDispose]());
  beforeEach(() => {
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    await Promise.all(running.splice(0));
    await store.database.query({ text: "DELETE FROM outbox" });
  });

  const pending = async () => (await createOutbox(store.database).state()).pending;

  function start(database: Database, eventLog: EventLog, { until = stop.signal, ...over }: StartOptions = {}) {
    const states: RelayState[] = [];
    const parked: number[] = [];
    const relay = createRelay({
      outbox: createOutbox(database),
      eventLog,
      database,
      log,
      ...over,
      hooks: {
        onPublished() {},
        onParked: (id) => parked.push(id),
        onRelayStateChanged: (state) => states.push(state),
      },
    });
    running.push(relay.run(until));
    return { relay, states, parked };
  }

  test("publishes what is in the outbox in order, and removes it then", async () => {
    await write(store.database, 2500);
    const { eventLog, ids } = recordingLog();
    start(store.database, eventLog);
    await waitFor("an empty outbox", async () => (await pending()) === 0);
    expect(ids).toHaveLength(2500);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  test("an event is under its article's id, in the stated form, with DB1's epoch", async () => {
    await write(store.database, 1);
    const { eventLog, records } = recordingLog();
    start(store.database, eventLog);
    const [record] = await waitFor("the event", () => records.length > 0 && records);
    expect(record?.key).toBe("1");
    expect(JSON.parse(String(record?.value))).toMatchObject({
      event_type: "article.created",
      schema_version: 1,
      epoch: 1,
      data: { n: 1 },
    });
    expect(record?.headers["event_type"]).toBe("article.created");
  });

  test("a failed publishing is repeated from the same row, and keeps the order", async () => {
    await write(store.database, 30);
    let failures = 3;
    const { eventLog, ids } = recordingLog(async () => {
      if (failures-- > 0) throw new Error("Kafka is away");
    });
    const { states } = start(store.database, eventLog);
    await waitFor("an empty outbox", async () => (await pending()) === 0);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(ids).toHaveLength(30);
    await waitFor("the word that it publishes again", () => states.length === 3);
    expect(states).toEqual(["publishing", "blocked", "publishing"]);
  });

  test("rows that are committed late, with ids lower than those already published, are not passed over", async () => {
    const { eventLog, ids } = recordingLog();
    const committed = Promise.withResolvers<void>();
    const written = Promise.withResolvers<void>();
    const late = store.database.withTransaction(async (tx) => {
      await tx.query({ text: insert(1) });
      written.resolve();
      await committed.promise;
    });
    await written.promise;
    await write(store.database, 1);
    const { relay } = start(store.database, eventLog);
    await waitFor("the row that was committed first", () => ids.length === 1);
    committed.resolve();
    await late;
    relay.poke();
    await waitFor("the row that was committed late", () => ids.length === 2);
    expect(ids[1]).toBeLessThan(ids[0] ?? 0);
  });

  test("one process at a time publishes; when it ends another takes over", async () => {
    const [other] = store.others;
    if (!other) throw new Error("no second pool");
    const first = recordingLog();
    const second = recordingLog();
    const firstStop = new AbortController();
    start(store.database, first.eventLog, { until: firstStop.signal });
    await write(store.database, 10);
    await waitFor("the leader to publish", () => first.ids.length === 10);
    const { states } = start(other, second.eventLog);
    await write(store.database, 10);
    await waitFor("the leader to publish again", () => first.ids.length === 20);
    expect(second.ids).toEqual([]);
    firstStop.abort();
    await write(store.database, 10);
    await waitFor("the other to publish", () => second.ids.length === 10);
    expect(states).toEqual(["publishing"]);
  });

  test("a stop lets the batch in hand finish", async () => {
    await write(store.database, 5);
    const mayEnd = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    const { eventLog, ids } = recordingLog(async () => {
      began.resolve();
      await mayEnd.promise;
    });
    start(store.database, eventLog);
    await began.promise;
    stop.abort();
    mayEnd.resolve();
    await Promise.all(running);
    expect(ids).toHaveLength(5);
    expect(await pending()).toBe(0);
  });

  test("an event that the log does not take is parked, with what the log said, and blocks no other", async () => {
    await write(store.database, 6);
    const rows = await createOutbox(store.database).take(6);
    const heavy = new Set([rows[1]?.id, rows[4]?.id]);
    const { eventLog, ids } = recordingLog();
    const refusing: EventLog = {
      ...eventLog,
      async publish(records) {
        const refused = records.findIndex(({ outbox_id }) => heavy.has(outbox_id));
        await eventLog.publish(refused === -1 ? records : records.slice(0, refused));
        const record = records[refused];
        if (record) throw new RecordTooLarge(record.outbox_id, "9 MiB is too much");
      },
    };
    const { states, parked } = start(store.database, refusing);
    await waitFor("an empty outbox", async () => (await pending()) === 0);
    expect(ids).toEqual(rows.flatMap(({ id }) => (heavy.has(id) ? [] : [id])));
    expect(parked).toEqual([...heavy].map(Number));
    expect(states).toEqual(["publishing"]);
    const { rows: kept } = await store.database.query({ text: "SELECT id, reason, error FROM parked_events ORDER BY id" });
    expect(kept).toEqual(parked.map((id) => ({ id, reason: "too_large", error: "9 MiB is too much" })));
  });

  test("takes the next batch while one is published, and starts over with the oldest when that fails", async () => {
    await write(store.database, 2_500);
    const stored = createOutbox(store.database);
    const batches: number[] = [];
    let failures = 1;
    let taken_meanwhile = 0;
    let publishing = false;
    const outbox: Outbox = {
      ...stored,
      async take(...asked) {
        if (publishing) taken_meanwhile++;
        return stored.take(...asked);
      },
    };
    const { eventLog, ids } = recordingLog(async () => {
      publishing = true;
      await Promise.resolve();
      if (batches.push(ids.length) === 2 && failures-- > 0) throw new Error("down");
      publishing = false;
    });
    start(store.database, eventLog, { outbox });
    await waitFor("an empty outbox", async () => (await pending()) === 0);
    expect(ids.length).toBe(2_500);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(taken_meanwhile).toBeGreaterThan(0);
  });

  test("a poke is heard, however long it is until the next look", async () => {
    const { eventLog, ids } = recordingLog();
    const stored = createOutbox(store.database);
    let looks = 0;
    const outbox: Outbox = {
      ...stored,
      async take(rows_max) {
        const rows = await stored.take(rows_max);
        looks++;
        return rows;
      },
    };
    const { relay } = start(store.database, eventLog, { outbox, poll_interval_ms: 60_000 });
    await waitFor("a look that finds nothing", () => looks === 1);
    await write(store.database, 1);
    relay.poke();
    await waitFor("the poked write", () => ids.length === 1);
  });

  test("a look now and then finds what nobody poked for", async () => {
    const { eventLog, ids } = recordingLog();
    start(store.database, eventLog);
    await write(store.database, 1);
    await waitFor("the first write", () => ids.length === 1);
    await write(store.database, 1);
    await waitFor("the write of another process", () => ids.length === 2);
  });

  test("under many writes their events go in groups, one at most every 25 ms", async () => {
    let published = 0;
    const { eventLog, ids } = recordingLog(async () => void published++);
    const { relay } = start(store.database, eventLog);
    await write(store.database, 20);
    await waitFor("the first round", () => ids.length === 20);
    const [before, began_ms] = [published, performance.now()];
    for (let n = 0; n < 60; n++) {
      await write(store.database, 20);
      relay.poke();
    }
    await waitFor("an empty outbox", async () => (await pending()) === 0);
    // Timers of 25 ms may fire after 24.
    const rounds = (performance.now() - began_ms) / 20;
    expect(published - before).toBeWithin(1, Math.ceil(rounds) + 2);
  });
});

function insert(count: number): string {
  return `INSERT INTO outbox (article_id, event_type, data) SELECT n, 'article.created', '{"n":' || n || '}' FROM generate_series(1, ${count}) n`;
}

async function write(database: Database, count: number): Promise<void> {
  await database.query({ text: insert(count) });
}

/** Remembers what was published, if `before` lets it. */
function recordingLog(before: () => Promise<void> = async () => {}) {
  const records: EventRecord[] = [];
  const ids: number[] = [];
  const eventLog: EventLog = {
    async publish(published) {
      await before();
      records.push(...published);
      ids.push(...published.map(({ outbox_id }) => outbox_id));
    },
    consume: async () => {},
    publishDeadLetter: async () => {},
    check: async () => ({ state: "up" }),
    progress: async () => [],
    unread: () => new Map(),
    partitions: async () => 1,
    mark: async () => ({ behind: async () => 0 }),
    failed: new Promise<never>(() => {}),
    async [Symbol.asyncDispose]() {},
  };
  return { eventLog, records, ids };
}
