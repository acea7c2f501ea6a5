import { expect, test } from "bun:test";
import type { Database } from "../store/database.ts";
import { createGatheredApply } from "./gathered-apply.ts";
import { viewedEvent } from "./test-events.ts";

/** DB2 as far as it is asked: the ids of each statement, which fails while `failure` gives an error. */
function createReplica(failure: (ids: readonly number[]) => Error | undefined = () => undefined) {
  const statements: number[][] = [];
  const query: Database["query"] = async <Row>(_: unknown, values: readonly unknown[] = []) => {
    const counted: readonly { readonly id: number }[] = JSON.parse(String(values[1]));
    const ids = counted.map(({ id }) => id);
    statements.push(ids);
    await Promise.resolve();
    const error = failure(ids);
    if (error) throw error;
    return { rows: [{ articles: "[]", views: JSON.stringify(ids.filter((id) => id < 0)) }] as Row[], row_count: 1 };
  };
  return { statements, apply: createGatheredApply({ query } as Database) };
}

const views = (...ids: number[]) => ids.map((id) => viewedEvent(id, 1));

test("batches of several partitions that come at once share a statement; the first goes at once", async () => {
  const { statements, apply } = createReplica();
  await Promise.all([apply(views(1)), apply(views(2, 3)), apply(views(4))]);
  expect(statements.flat().sort()).toEqual([1, 2, 3, 4]);
  expect(statements.length).toBeLessThan(3);
});

test("large batches do not", async () => {
  const { statements, apply } = createReplica();
  const large = (first: number) => views(...Array.from({ length: 400 }, (_, index) => first + index));
  await Promise.all([apply(large(1)), apply(large(1_000)), apply(large(2_000))]);
  expect(statements.map(({ length }) => length)).toEqual([400, 400, 400]);
});

test("a batch that DB2 refuses fails alone", async () => {
  const refused = Object.assign(new Error("value out of range"), { code: "22003" });
  const { apply } = createReplica((ids) => (ids.includes(2) ? refused : undefined));
  const outcomes = await Promise.allSettled([apply(views(1)), apply(views(2)), apply(views(3))]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

test("a lost connection fails all that shared the statement: nobody knows what was committed", async () => {
  const { statements, apply } = createReplica(() => new Error("Connection terminated"));
  const outcomes = await Promise.allSettled([apply(views(1)), apply(views(2))]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(statements.flat().sort()).toEqual([1, 2]);
});
