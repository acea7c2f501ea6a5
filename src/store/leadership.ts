import type pg from "pg";
import { backOff } from "../platform/backoff.ts";
import { pause, withDeadline } from "../platform/deadline.ts";
import type { Logger } from "../platform/log.ts";

export interface LeadershipParts<Result> {
  readonly key: number;
  readonly stop: AbortSignal;
  readonly work: (signal: AbortSignal) => Promise<Result>;
  /** A connection of its own: behind a pooler in transaction mode a session lock means nothing. */
  readonly openDirect: () => Promise<pg.Client>;
  readonly log: Logger;
}

/** The server ends a session that was silent for this long, and with it the lock: a frozen leader does not lead for ever. */
const server_idle_ms = 10_000;
/** The last answer is at most 2 + 4 s old when we give up, so before the server gives the lock to another. */
const ping_every_ms = 2_000;
const ping_deadline_ms = 4_000;
const retry_every_ms = 1_000;
const retry = { first_ms: retry_every_ms, max_ms: 10_000 };

/**
 * Waits for the session lock `key`, then runs `work` once; undefined when `stop` aborts first. The signal given to `work`
 * aborts when the lock is lost; the lock goes back when `work` has ended.
 */
export async function whileLeading<Result>(parts: LeadershipParts<Result>): Promise<Result | undefined> {
  const client = await acquire(parts);
  if (client === undefined) return undefined;
  const lost = new AbortController();
  const onEnd = () => lost.abort(new Error("The connection that held the lock ended."));
  client.once("end", onEnd);
  const over = new AbortController();
  const watching = watch(client, lost, over.signal);
  try {
    return await parts.work(lost.signal);
  } finally {
    client.removeListener("end", onEnd);
    over.abort();
    await watching;
    await close(client);
  }
}

async function acquire({ key, stop, openDirect, log }: LeadershipParts<unknown>): Promise<pg.Client | undefined> {
  let failures = 0;
  while (!stop.aborted) {
    let client: pg.Client | undefined;
    try {
      client = await openDirect();
      await withDeadline(client.query(`SET idle_session_timeout = ${server_idle_ms}`), ping_deadline_ms);
      failures = 0;
      while (!stop.aborted) {
        if (await tryLock(client, key)) {
          const held = client;
          client = undefined;
          return held;
        }
        await pause(retry_every_ms, stop);
      }
    } catch (error) {
      failures++;
      const message = error instanceof Error ? error.message : String(error);
      log[failures === 1 ? "warn" : "debug"]({ error: message }, "cannot wait for leadership: no connection; trying again");
    } finally {
      if (client) await close(client);
    }
    await pause(backOff(failures, retry), stop);
  }
  return undefined;
}

async function tryLock(client: pg.Client, key: number): Promise<boolean> {
  const sent = client.query<{ locked: boolean }>("SELECT pg_try_advisory_lock($1::bigint) AS locked", [String(key)]);
  const { rows } = await withDeadline(sent, ping_deadline_ms);
  return rows[0]?.locked === true;
}

async function watch(client: pg.Client, lost: AbortController, over: AbortSignal): Promise<void> {
  let answered_ms = performance.now();
  while (!over.aborted && !lost.signal.aborted) {
    await pause(ping_every_ms, AbortSignal.any([over, lost.signal]));
    if (over.aborted || lost.signal.aborted) return;
    // This process was frozen: the server has ended the session, and another may lead already.
    if (performance.now() - answered_ms >= server_idle_ms) return lost.abort(new Error("This process stood still for too long."));
    try {
      await withDeadline(client.query("SELECT 1"), ping_deadline_ms);
      answered_ms = performance.now();
    } catch (error) {
      lost.abort(error);
    }
  }
}

/** A peer that is gone never closes its side, so the wait is short. */
async function close(client: pg.Client): Promise<void> {
  await withDeadline(client.end(), 1_000).catch(() => undefined);
}
