import { afterAll, beforeAll, expect, test } from "bun:test";
import { AppError } from "../article/errors.ts";
import type { Database } from "./database.ts";
import { sqlState } from "./sql-errors.ts";

/** What every Database promises, whichever driver is behind it. `open` gives an empty database of its own. */
export function databaseContract(open: () => Promise<Database>): void {
  let database: Database;

  beforeAll(async () => {
    database = await open();
    await database.query({ text: "CREATE TABLE note (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text UNIQUE)" });
  });

  afterAll(async () => {
    await database[Symbol.asyncDispose]();
  });

  async function bodies(like: string): Promise<readonly string[]> {
    const { rows } = await database.query<{ body: string }>({ text: "SELECT body FROM note WHERE body LIKE $1 ORDER BY body" }, [
      like,
    ]);
    return rows.map(({ body }) => body);
  }

  test("columns come as number, boolean, array, bytes, or the text that PostgreSQL wrote", async () => {
    const { rows, row_count } = await database.query<Record<string, unknown>>({
      text: `SELECT 9007199254740991::int8 AS big, 7::int4 AS small, 1.5::float8 AS fraction, true AS yes, 12.30::numeric AS exact,
        '2026-11-23 09:30:00.12+02'::timestamptz AS at, '{"a": [1]}'::json AS json, '{"a":[1]}'::jsonb AS jsonb,
        ARRAY['a','b c','"\\,{}',NULL,'NULL'] AS texts, ARRAY[1,2]::int8[] AS numbers, '\\x00ff'::bytea AS bytes, NULL::int8 AS nothing`,
    });
    expect(row_count).toBe(1);
    expect(rows[0]).toEqual({
      big: Number.MAX_SAFE_INTEGER,
      small: 7,
      fraction: 1.5,
      yes: true,
      exact: "12.30",
      at: "2026-11-23 07:30:00.12+00",
      json: '{"a": [1]}',
      jsonb: '{"a": [1]}',
      texts: ["a", "b c", '"\\,{}', null, "NULL"],
      numbers: [1, 2],
      bytes: Buffer.from([0, 255]),
      nothing: null,
    });
  });

  test("parameters: text, numbers, null, arrays, objects as JSON, bytes and dates", async () => {
    const texts = ["", "plain", 'quote " and \\ back', "{brace},", "NULL", "a\nline", "Ünïcödé 🎉"];
    const { rows } = await database.query<Record<string, unknown>>(
      {
        text: `SELECT $1::text AS text, $2::int8 AS number, $3::text AS nothing, $4::text[] AS texts, $5::jsonb AS json,
          $6::bytea AS bytes, $7::timestamptz AS at, $8::boolean AS yes, $9::int8[] AS numbers, $10::jsonb AS null_json`,
      },
      ["'; --", 42, null, texts, { b: [1, "x"] }, Buffer.from([0, 1, 255]), new Date(0), true, [3, null], undefined],
    );
    expect(rows[0]).toEqual({
      text: "'; --",
      number: 42,
      nothing: null,
      texts,
      json: '{"b": [1, "x"]}',
      bytes: Buffer.from([0, 1, 255]),
      at: "1970-01-01 00:00:00+00",
      yes: true,
      numbers: [3, null],
      null_json: null,
    });
  });

  test("ten texts of 1 MiB pass in one array unchanged", async () => {
    const texts = Array.from({ length: 10 }, (_, index) => String(index).repeat(1_048_576));
    const { rows } = await database.query<{ texts: string[] }>({ text: "SELECT $1::text[] AS texts" }, [texts]);
    expect(rows[0]?.texts).toEqual(texts);
  });

  test("row_count counts the rows that a write changed", async () => {
    await database.query({ text: "INSERT INTO note (body) VALUES ('count-1'), ('count-2')" });
    const updated = await database.query({ text: "UPDATE note SET body = body || '!' WHERE body LIKE 'count-%'" });
    expect(updated).toEqual({ rows: [], row_count: 2 });
    expect((await database.query({ text: "DELETE FROM note WHERE body LIKE 'count-%'" })).row_count).toBe(2);
  });

  test("a named statement takes other parameters each time, and after an error", async () => {
    const statement = { name: "divide", text: "SELECT 100 / $1::int AS result" };
    const divide = async (by: number) => (await database.query<{ result: number }>(statement, [by])).rows[0]?.result;
    expect([await divide(2), await divide(5)]).toEqual([50, 20]);
    expect(sqlState(await divide(0).catch((error) => error))).toBe("22012");
    expect(await divide(4)).toBe(25);
  });

  test("a statement whose text is wrong fails again each time, not as something else", async () => {
    const wrong = () => database.query({ name: "wrong", text: "SELECT nothing FROM nowhere" });
    expect(sqlState(await wrong().catch((error) => error))).toBe("42P01");
    expect(sqlState(await wrong().catch((error) => error))).toBe("42P01");
  });

  test("one name for two texts is refused", async () => {
    // More often than there are connections, so that one of them meets both.
    const attempts = Array.from({ length: 20 }, async (_, index) => {
      await database.query({ name: "twice", text: `SELECT ${index % 2}` });
    });
    const outcomes = await Promise.allSettled(attempts);
    expect(outcomes.some(({ status }) => status === "rejected")).toBe(true);
  });

  test("a server's error carries its SQLSTATE and constraint, and the connection goes on", async () => {
    await database.query({ text: "INSERT INTO note (body) VALUES ('only-once')" });
    const error: unknown = await database
      .query({ text: "INSERT INTO note (body) VALUES ('only-once')" })
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ code: "23505", constraint: "note_body_key" });
    expect(await bodies("only-once")).toEqual(["only-once"]);
  });

  test("NUL in a text parameter is a data error of class 22", async () => {
    const error = await database.query({ text: "SELECT $1::text" }, ["a\0b"]).catch((caught: unknown) => caught);
    expect(sqlState(error)).toBe("22021");
  });

  test("a transaction commits when its work resolves, and answers its result", async () => {
    const result = await database.withTransaction(async (tx) => {
      await tx.query({ text: "INSERT INTO note (body) VALUES ('kept')" });
      return "done";
    });
    expect(result).toBe("done");
    expect(await bodies("kept")).toEqual(["kept"]);
  });

  test("a transaction whose work throws an AppError writes nothing and throws that error", async () => {
    const refusal = new AppError("conflict", "no");
    const outcome = database.withTransaction(async (tx) => {
      await tx.query({ text: "INSERT INTO note (body) VALUES ('undone')" });
      throw refusal;
    });
    await expect(outcome).rejects.toBe(refusal);
    expect(await bodies("undone")).toEqual([]);
  });

  test("a transaction that swallowed an SQL error does not pretend to have committed", async () => {
    const outcome = database.withTransaction(async (tx) => {
      await tx.query({ text: "INSERT INTO note (body) VALUES ('half')" });
      await tx.query({ text: "SELECT 1 / 0" }).catch(() => undefined);
    });
    await expect(outcome).rejects.toThrow("rolled back");
    expect(await bodies("half")).toEqual([]);
  });

  test("a COMMIT that fails is an error, and the database goes on", async () => {
    await database.query({
      text: "CREATE TABLE child (note bigint REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED)",
    });
    const outcome = database.withTransaction((tx) => tx.query({ text: "INSERT INTO child VALUES (0)" }));
    expect(sqlState(await outcome.catch((error) => error))).toBe("23503");
    expect((await database.query({ text: "SELECT FROM child" })).row_count).toBe(0);
  });

  test("a transaction's handle is of no use after its end", async () => {
    const leaked = await database.withTransaction(async (tx) => tx);
    await expect(leaked.query({ text: "SELECT 1" })).rejects.toThrow("over");
  });

  test("a read-only transaction refuses writes, with any isolation", async () => {
    const outcome = database.withTransaction((tx) => tx.query({ text: "INSERT INTO note (body) VALUES ('never')" }), {
      isolation: "repeatable read",
      read_only: true,
      lock_timeout_ms: 100,
    });
    expect(sqlState(await outcome.catch((error) => error))).toBe("25006");
  });

  test("fifty transactions and fifty queries at once all get through", async () => {
    const transactions = Array.from({ length: 50 }, (_, index) =>
      database.withTransaction(async (tx) => {
        await tx.query({ name: "add", text: "INSERT INTO note (body) VALUES ($1)" }, [`tx-${index}`]);
        await tx.query({ name: "mark", text: "UPDATE note SET body = body || '-done' WHERE body = $1" }, [`tx-${index}`]);
        if (index % 10 === 0) throw new Error("undo");
      }),
    );
    const queries = Array.from({ length: 50 }, (_, index) =>
      database.query({ name: "add", text: "INSERT INTO note (body) VALUES ($1)" }, [`plain-${index}`]),
    );
    const outcomes = await Promise.allSettled([...transactions, ...queries]);
    expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(5);
    expect(await bodies("tx-%-done")).toHaveLength(45);
    expect(await bodies("plain-%")).toHaveLength(50);
    expect(database.poolState()).toMatchObject({ used: 0, waiting: 0 });
  });

  test("a leader's work runs, and its result and errors pass", async () => {
    const stop = new AbortController();
    expect(await database.withLeadership(1, stop.signal, async (signal) => signal.aborted)).toBe(false);
    const failing = database.withLeadership(1, stop.signal, async () => {
      throw new Error("work failed");
    });
    await expect(failing).rejects.toThrow("work failed");
    stop.abort();
    expect(await database.withLeadership(1, stop.signal, async () => "ran")).toBeUndefined();
  });
}
