import { expect, test } from "bun:test";
import { createServer } from "node:net";
import { createLog } from "../platform/log.ts";
import { describeWith, postgres } from "../testing/services.ts";
import { waitFor } from "../testing/wait-for.ts";
import { databaseContract } from "./database-contract.ts";
import { openPostgres } from "./postgres.ts";
import { waitForDatabase } from "./wait-for-database.ts";

const log = createLog({ level: "silent", format: "json" });
const options = { name: "primary", application_name: "blog-test", log } as const;

describeWith([postgres], "PostgreSQL as a Database", () => {
  databaseContract(async () => {
    const { config, drop } = await postgres.createDatabase();
    const database = openPostgres(config, options);
    return {
      ...database,
      async [Symbol.asyncDispose]() {
        await database[Symbol.asyncDispose]();
        await drop();
      },
    };
  });
});

describeWith([postgres], "PostgreSQL that misbehaves", () => {
  test("a statement over its time is an AppError `timeout`, and the next one works", async () => {
    const { config, drop } = await postgres.createDatabase();
    await using database = openPostgres({ ...config, pool_max: 1 }, { ...options, statement_timeout_ms: 100 });
    await expect(database.query({ text: "SELECT pg_sleep(5)" })).rejects.toMatchObject({ code: "timeout" });
    expect((await database.query({ text: "SELECT 1" })).row_count).toBe(1);
    await database[Symbol.asyncDispose]();
    await drop();
  });

  test("a statement over a time of its own is stopped on the server too", async () => {
    const { config, drop } = await postgres.createDatabase();
    const database = openPostgres({ ...config, pool_max: 1 }, options);
    const asked = database.query({ text: "SELECT pg_sleep(30)", timeout_ms: 100 });
    await expect(asked).rejects.toMatchObject({ code: "timeout" });
    const text = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%'";
    await waitFor("the server to stop it", async () => (await database.query({ text })).row_count === 0, { timeout_ms: 2_000 });
    await database[Symbol.asyncDispose]();
    await drop();
  });

  test("a statement that nobody waits for any more is stopped on the server, and its connection does no harm", async () => {
    const { config, drop } = await postgres.createDatabase();
    const database = openPostgres({ ...config, pool_max: 1 }, options);
    const running = async () => {
      const text = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%'";
      return (await database.query({ text })).row_count;
    };
    const caller = new AbortController();
    const asked = database.query({ text: "SELECT pg_sleep(30)" }, [], caller.signal);
    const behind = database.query({ text: "SELECT pg_sleep(30)" }, [], caller.signal);
    await waitFor("the statement to run", () => database.poolState().used === 1 && database.poolState().waiting === 1);
    caller.abort(new Error("no time left"));
    await expect(asked).rejects.toThrow("no time left");
    await expect(behind).rejects.toThrow("no time left");
    await waitFor("the server to stop it", async () => (await running()) === 0, { timeout_ms: 2_000 });
    await database[Symbol.asyncDispose]();
    await drop();
  });

  test("a connection ended by the server is `unavailable` to its transaction, and is not used again", async () => {
    const { config, drop } = await postgres.createDatabase();
    const database = openPostgres({ ...config, pool_max: 2 }, options);
    const outcome = database.withTransaction(async (tx) => {
      const { rows } = await tx.query<{ pid: number }>({ text: "SELECT pg_backend_pid() AS pid" });
      await database.query({ text: "SELECT pg_terminate_backend($1)" }, [rows[0]?.pid]);
      await tx.query({ text: "SELECT 1" });
    });
    await expect(outcome).rejects.toMatchObject({ code: "unavailable", message: expect.not.stringContaining(config.host) });
    expect((await database.query({ text: "SELECT 1" })).row_count).toBe(1);
    await waitFor("every connection back", () => database.poolState().used === 0);
    await database[Symbol.asyncDispose]();
    await drop();
  });

  test("a full pool turns callers away in time, and loses no connection", async () => {
    const { config, drop } = await postgres.createDatabase();
    const database = openPostgres({ ...config, pool_max: 1 }, { ...options, connect_timeout_ms: 200 });
    await database.withTransaction(async () => {
      await expect(database.query({ text: "SELECT 1" })).rejects.toMatchObject({ code: "unavailable" });
    });
    expect((await database.query({ text: "SELECT 1" })).row_count).toBe(1);
    expect(database.poolState()).toEqual({ used: 0, idle: 1, waiting: 0 });
    await database[Symbol.asyncDispose]();
    await drop();
  });

  test("a server that accepts and never answers is `unavailable` within the connect deadline", async () => {
    const server = createServer(() => undefined).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const config = { kind: "postgres", host: "127.0.0.1", port: address.port, name: "x", user: "x", password: "x" } as const;
    let missed = 0;
    const hooks = { onConnectionMissed: () => void missed++ };
    const given = { ...options, hooks, connect_timeout_ms: 200 };
    await using database = openPostgres({ ...config, ssl_mode: "prefer", pool_max: 1 }, given);
    await expect(database.query({ text: "SELECT 1" })).rejects.toMatchObject({ code: "unavailable" });
    expect(missed).toBe(1);
    server.close();
  });

  test("waiting for a database ends when it comes, and when it shall stop", async () => {
    await using server = await postgres.startOwn();
    const database = openPostgres(server.config, options);
    await server.kill();
    const stop = new AbortController();
    const stopped = waitForDatabase(database, stop.signal, log);
    stop.abort();
    expect(await stopped).toBe(false);
    const came = waitForDatabase(database, new AbortController().signal, log);
    await server.start();
    expect(await came).toBe(true);
    await database[Symbol.asyncDispose]();
  });

  test("`prefer` goes on without TLS where the server has none, also for several at once; `require` does not", async () => {
    const { config, drop } = await postgres.createDatabase();
    const preferring = openPostgres({ ...config, ssl_mode: "prefer" }, options);
    const asked = Array.from({ length: 5 }, () => preferring.query({ text: "SELECT 1" }));
    expect((await Promise.all(asked)).map(({ row_count }) => row_count)).toEqual([1, 1, 1, 1, 1]);
    const requiring = openPostgres({ ...config, ssl_mode: "require" }, options);
    await expect(requiring.query({ text: "SELECT 1" })).rejects.toMatchObject({ code: "unavailable" });
    await Promise.all([preferring[Symbol.asyncDispose](), requiring[Symbol.asyncDispose]()]);
    await drop();
  });

  test("each statement is reported by name with its outcome", async () => {
    const { config, drop } = await postgres.createDatabase();
    const seen: [string, boolean][] = [];
    const hooks = { onQueryFinished: (name: string, _duration_ms: number, ok: boolean) => void seen.push([name, ok]) };
    const database = openPostgres(config, { ...options, hooks });
    await database.query({ name: "one", text: "SELECT 1" });
    await database.withTransaction((tx) => tx.query({ text: "SELECT 1 / 0" })).catch(() => undefined);
    expect(seen).toEqual([
      ["one", true],
      ["begin", true],
      ["unnamed", false],
      ["rollback", true],
    ]);
    await database[Symbol.asyncDispose]();
    await drop();
  });
});
