import { expect, test } from "bun:test";
import { AppError } from "../article/errors.ts";
import type { Database, QueryResult } from "../store/database.ts";
import { waitFor } from "../testing/wait-for.ts";
import { article, articleEvent, toRecord } from "./test-events.ts";
import { replicate } from "./test-replication.ts";

/** Takes whatever `take` lets it: it is called with the ids of the articles of each statement. */
function fakeReplica(take: (ids: readonly number[]) => Promise<void>): Database {
  const refuse = () => Promise.reject(new Error("not in this test"));
  return {
    name: "replica",
    kind: "postgres",
    async query<Row>({ text }: { readonly text: string }, values: readonly unknown[] = []): Promise<QueryResult<Row>> {
      if (text.includes("json_to_recordset")) await take(idsOf(values[0]));
      return { rows: [], row_count: 0 };
    },
    withTransaction: refuse,
    withLeadership: refuse,
    poolState: () => ({ used: 0, idle: 0, waiting: 0 }),
    async [Symbol.asyncDispose]() {},
  };
}

function idsOf(articles: unknown): readonly number[] {
  return Array.from(String(articles).matchAll(/"id":(\d+)/g), ([, id]) => Number(id));
}

const records = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => toRecord(articleEvent("article.created", article(from + index, 1)), index));
const away = () => new AppError("unavailable", "DB2 is away");
const too_slow = () => new AppError("timeout", "DB2 took too long");

test("who waited for DB2 and lost the partition says no more that DB2 is away", async () => {
  const { deliver, replication, told } = await replicate(fakeReplica(() => Promise.reject(away())));
  const revoked = new AbortController();
  const delivery = deliver(records(1), { signal: revoked.signal }).catch(() => "given up");
  await waitFor("the wait", () => replication.trouble() === "DB2 is away");
  revoked.abort();
  expect(await delivery).toBe("given up");
  expect(replication.trouble()).toBeUndefined();
  expect(told).toMatchObject({ unavailable: 1, available: 1 });
});

test("DB2 is away for as long as one of several batches waits, whatever becomes of the others", async () => {
  let answers: (id: number) => boolean = (id) => id === 2;
  const { deliver, replication, told } = await replicate(
    fakeReplica(([id = 0]) => (answers(id) ? Promise.resolve() : Promise.reject(away()))),
  );
  const waiting = deliver(records(1, 1), { partition: 1 });
  await waitFor("the wait", () => replication.trouble() !== undefined);
  await deliver(records(1, 2), { partition: 2 });
  expect(replication.trouble()).toBe("DB2 is away");
  answers = () => true;
  await waiting;
  expect(replication.trouble()).toBeUndefined();
  expect(told).toMatchObject({ unavailable: 1, available: 1 });
});

test("a batch that takes too long goes in halves, and loses nothing", async () => {
  const taken: number[] = [];
  const { deliver, told } = await replicate(
    fakeReplica(async (ids) => {
      if (ids.length > 3) throw too_slow();
      taken.push(...ids);
    }),
  );
  await deliver(records(40));
  expect(taken).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  expect(told.dead_letters).toEqual([]);
});

test("a single event that takes too long is waited for, and is no dead letter", async () => {
  let attempts = 0;
  const { deliver, replication, told } = await replicate(
    fakeReplica(async () => {
      if (attempts++ < 3) throw too_slow();
    }),
  );
  await deliver(records(1));
  expect(attempts).toBe(4);
  expect(told).toMatchObject({ unavailable: 1, available: 1, dead_letters: [] });
  expect(replication.trouble()).toBeUndefined();
});

test("a start that waits for DB2 ends at once when it is told to", async () => {
  const silent: Database = { ...fakeReplica(async () => {}), query: () => new Promise(() => {}) };
  const stop = new AbortController();
  const starting = replicate(silent, undefined, stop.signal);
  stop.abort(new Error("stop"));
  await expect(starting).rejects.toThrow("stop");
});

test("the lag is not known while the log does not know what is left, or how old it is", async () => {
  let unread: ReadonlyMap<number, number> | undefined;
  const { deliver, replication } = await replicate(
    fakeReplica(async () => {}),
    () => unread,
  );
  expect(replication.lagSeconds()).toBeUndefined();
  unread = new Map([[3, 0]]);
  expect(replication.lagSeconds()).toBe(0);
  // Queued behind others: nobody has seen these yet.
  unread = new Map([
    [3, 0],
    [4, 7],
  ]);
  expect(replication.lagSeconds()).toBeUndefined();
  await deliver(records(1), { partition: 4, behind: 6 });
  expect(replication.lagSeconds()).toBeGreaterThan(0);
});

test("a batch is told of once, with all its events, however it had to be split; one that was given up is not", async () => {
  const { deliver, told } = await replicate(
    fakeReplica((ids) => (ids.length > 2 ? Promise.reject(too_slow()) : Promise.resolve())),
  );
  await deliver(records(5));
  expect(told.batches).toEqual([5]);

  const revoked = AbortSignal.abort();
  const { deliver: deliverAway, told: toldAway } = await replicate(fakeReplica(() => Promise.reject(away())));
  await deliverAway(records(1), { signal: revoked }).catch(() => {});
  expect(toldAway.batches).toEqual([]);
});
