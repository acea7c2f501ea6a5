import { expect, test } from "bun:test";
import { waitFor } from "../testing/wait-for.ts";
import { createOffsetCommits } from "./offset-commits.ts";
import { testLog } from "./test-log.ts";

/** Remembers what was committed; `before` may refuse. */
function recording(before: (attempt: number) => Promise<void> = async () => {}) {
  const committed: (readonly (readonly [number, string])[])[] = [];
  let attempts = 0;
  const commits = createOffsetCommits(async (offsets) => {
    await before(++attempts);
    committed.push([...offsets]);
  }, testLog);
  return { commits, committed, attempts: () => attempts };
}

test("what could not be committed is committed later, though nothing else is noted", async () => {
  const { commits, committed } = recording(async (attempt) => {
    if (attempt === 1) throw new Error("not now");
  });
  commits.note(3, "7");
  await waitFor("the commit", () => committed.length > 0);
  expect(committed).toEqual([[[3, "7"]]]);
});

test("of what could not be committed, what was noted meanwhile counts", async () => {
  const refusal = Promise.withResolvers<void>();
  const { commits, committed } = recording((attempt) => (attempt === 1 ? refusal.promise : Promise.resolve()));
  commits.note(1, "10");
  commits.note(2, "20");
  commits.note(1, "11");
  refusal.reject(new Error("not now"));
  await waitFor("the commit", () => committed.length > 0);
  expect(new Map(committed.flat())).toEqual(
    new Map([
      [1, "11"],
      [2, "20"],
    ]),
  );
});

test("what was forgotten while its commit failed is not committed any more", async () => {
  const refusal = Promise.withResolvers<void>();
  const { commits, committed, attempts } = recording((attempt) => (attempt === 1 ? refusal.promise : Promise.resolve()));
  commits.note(1, "10");
  commits.forget();
  refusal.reject(new Error("rebalancing"));
  commits.note(2, "20");
  await waitFor("the next commit", () => committed.length > 0);
  expect(committed).toEqual([[[2, "20"]]]);
  expect(attempts()).toBe(2);
});

test("a flush tries once, and does not wait for a broker that refuses", async () => {
  const { commits, attempts } = recording(() => Promise.reject(new Error("away")));
  commits.note(1, "10");
  await commits.flush();
  await commits.flush();
  expect(attempts()).toBeLessThanOrEqual(2);
});

test("nothing that is noted is passed over, whenever it comes", async () => {
  for (let delay = 0; delay < 12; delay++) {
    const { commits, committed } = recording();
    commits.note(1, "1");
    const flushed = commits.flush();
    for (let turn = 0; turn < delay; turn++) await Promise.resolve();
    commits.note(1, "2");
    await flushed;
    await commits.flush();
    expect(committed.flat().at(-1)).toEqual([1, "2"]);
  }
});
