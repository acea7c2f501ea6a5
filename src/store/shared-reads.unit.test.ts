import { describe, expect, test } from "bun:test";
import { createSharedReads } from "./shared-reads.ts";

interface Statement {
  readonly query: string;
  readonly signal: AbortSignal | undefined;
  readonly answer: PromiseWithResolvers<string>;
}

function createFixture(options: { patience_ms?: number } = {}) {
  const statements: Statement[] = [];
  const read = createSharedReads<string, string>({
    origins: undefined,
    run(query, signal) {
      const answer = Promise.withResolvers<string>();
      statements.push({ query, signal, answer });
      return answer.promise;
    },
    ...options,
  });
  const statement = (index: number): Statement => {
    const found = statements[index];
    if (found === undefined) throw new Error(`statement ${index} was not run`);
    return found;
  };
  return { statements, statement, read: (query: string, signal?: AbortSignal) => read(query, query, signal) };
}

describe("shared reads", () => {
  test("a lone read goes at once, with its caller's signal", async () => {
    const { statement, read } = createFixture();
    const { signal } = new AbortController();
    const answer = read("a", signal);
    expect(statement(0).signal).toBe(signal);
    statement(0).answer.resolve("first");
    expect(await answer).toBe("first");
  });

  test("reads that come while the same is being read share the next statement, never the one under way", async () => {
    const { statements, statement, read } = createFixture();
    const [first, second, third] = [read("a"), read("a"), read("a")];
    expect(statements.length).toBe(1);
    statement(0).answer.resolve("before");
    expect(await first).toBe("before");
    await Promise.resolve();
    expect(statements.length).toBe(2);
    statement(1).answer.resolve("after");
    expect(await Promise.all([second, third])).toEqual(["after", "after"]);
  });

  test("different reads do not wait for each other", () => {
    const { statements, read } = createFixture();
    void read("a");
    void read("b");
    expect(statements.map(({ query }) => query)).toEqual(["a", "b"]);
  });

  test("an error reaches all who share it, and the next read is tried anew", async () => {
    const { statement, read } = createFixture();
    const first = read("a");
    const shared = Promise.allSettled([read("a"), read("a")]);
    statement(0).answer.reject(new Error("down"));
    expect(first).rejects.toThrow("down");
    await first.catch(() => {});
    await Promise.resolve();
    statement(1).answer.reject(new Error("still down"));
    expect((await shared).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    void read("a");
    expect(statement(2).query).toBe("a");
  });

  test("a statement that takes long does not hold up those behind it", async () => {
    const { statements, statement, read } = createFixture({ patience_ms: -1 });
    void read("a");
    const second = read("a");
    expect(statements.length).toBe(2);
    statement(1).answer.resolve("beside it");
    expect(await second).toBe("beside it");
  });

  test("who gave up before the shared statement began is left out, and nothing is asked for nobody", async () => {
    const { statements, statement, read } = createFixture();
    const controller = new AbortController();
    const first = read("a");
    const second = read("a", controller.signal);
    controller.abort(new Error("gone"));
    statement(0).answer.resolve("first");
    await first;
    expect(second).rejects.toThrow("gone");
    expect(statements.length).toBe(1);
  });

  test("a shared statement runs to its end when one of its callers leaves", async () => {
    const { statement, read } = createFixture();
    const controller = new AbortController();
    void read("a");
    void read("a", controller.signal);
    const staying = read("a", new AbortController().signal);
    statement(0).answer.resolve("first");
    await Promise.resolve();
    await Promise.resolve();
    expect(statement(1).signal).toBeUndefined();
    statement(1).answer.resolve("second");
    expect(await staying).toBe("second");
  });
});
