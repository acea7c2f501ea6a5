import { expect, test } from "bun:test";
import { createLog } from "../platform/log.ts";
import { describeWith, postgres } from "../testing/services.ts";
import { waitFor } from "../testing/wait-for.ts";
import type { Database } from "./database.ts";
import { openPostgres } from "./postgres.ts";

const log = createLog({ level: "silent", format: "json" });
const key = 4711;
const never = new AbortController().signal;

function open(config: Parameters<typeof openPostgres>[0]): Database {
  return openPostgres(config, { name: "primary", application_name: "blog-test", log });
}

function untilAborted(signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve("lost"), { once: true }));
}

describeWith([postgres], "leadership", () => {
  test("one leads at a time, the next when the first has ended", async () => {
    const { config, drop } = await postgres.createDatabase();
    const databases = [open(config), open(config), open(config)];
    let leading = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++leading);
      await Bun.sleep(50);
      leading--;
      return "led";
    };
    const outcomes = await Promise.all(databases.map((database) => database.withLeadership(key, never, work)));
    expect(outcomes).toEqual(["led", "led", "led"]);
    expect(most).toBe(1);
    await Promise.all(databases.map((database) => database[Symbol.asyncDispose]()));
    await drop();
  });

  test("who waits stops waiting when told to", async () => {
    const { config, drop } = await postgres.createDatabase();
    const [leader, waiter] = [open(config), open(config)];
    const stop = new AbortController();
    const release = new AbortController();
    const leads = Promise.withResolvers<void>();
    const led = leader.withLeadership(key, never, async () => {
      leads.resolve();
      await untilAborted(release.signal);
    });
    await leads.promise;
    const waited = waiter.withLeadership(key, stop.signal, async () => "led");
    stop.abort();
    expect(await waited).toBeUndefined();
    release.abort();
    await led;
    await Promise.all([leader[Symbol.asyncDispose](), waiter[Symbol.asyncDispose]()]);
    await drop();
  });

  test("a leader whose session the server ended is told, and another takes over", async () => {
    const { config, drop } = await postgres.createDatabase();
    const [first, second] = [open(config), open(config)];
    const outcome = first.withLeadership(key, never, untilAborted);
    const ended = await waitFor("the lock's session", async () => {
      const { row_count } = await second.query({
        text: `SELECT pg_terminate_backend(pid) FROM pg_locks
          WHERE locktype = 'advisory' AND objid = ${key} AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      });
      return row_count === 1;
    });
    expect(ended).toBe(true);
    expect(await outcome).toBe("lost");
    expect(await second.withLeadership(key, never, async () => "led")).toBe("led");
    await Promise.all([first[Symbol.asyncDispose](), second[Symbol.asyncDispose]()]);
    await drop();
  });

  test("a leader whose server stands still is told before the server would give the lock away", async () => {
    await using server = await postgres.startOwn();
    const database = open(server.config);
    const leads = Promise.withResolvers<void>();
    const outcome = database.withLeadership(key, never, (signal) => {
      leads.resolve();
      return untilAborted(signal);
    });
    await leads.promise;
    await server.pause();
    const paused_ms = performance.now();
    expect(await outcome).toBe("lost");
    expect(performance.now() - paused_ms).toBeLessThan(10_000);
    await server.resume();
    await database[Symbol.asyncDispose]();
  }, 90_000);
});
