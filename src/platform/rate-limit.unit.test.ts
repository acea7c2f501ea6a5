import { expect, test } from "bun:test";
import fc from "fast-check";
import { createRateLimit } from "./rate-limit.ts";

const settings = { name: "reads", per_second: 10, burst: 5 };

test("a caller may have its burst at once, then as many a second as are allowed", () => {
  const limit = createRateLimit(settings);
  const taken = (now_ms: number) => limit.take("a", now_ms) === undefined;
  expect(Array.from({ length: 7 }, () => taken(1_000))).toEqual([true, true, true, true, true, false, false]);
  expect([taken(1_099), taken(1_100), taken(1_101)]).toEqual([false, true, false]);
  expect(Array.from({ length: 6 }, () => taken(9_000)).filter(Boolean)).toHaveLength(5);
});

test("a caller may have all of its burst at once, whatever the time: no fraction of it is lost in rounding", () => {
  const rates = fc.constantFrom(0.01, 0.25, 1, 3, 7, 10, 50, 100, 300, 600);
  const bursts = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1_000, max: 6_000 }));
  const times = fc.double({ min: 0, max: 10_000_000_000, noNaN: true });
  fc.assert(
    fc.property(rates, bursts, times, (per_second, burst, now_ms) => {
      const limit = createRateLimit({ name: "reads", per_second, burst });
      const taken = Array.from({ length: burst + 2 }, () => limit.take("a", now_ms) === undefined);
      expect(taken).toEqual([...Array(burst).fill(true), false, false]);
    }),
  );
});

test("who is refused is told when to come again, and the policy", () => {
  const limit = createRateLimit({ name: "writes", per_second: 0.25, burst: 2 });
  limit.take("a", 0);
  limit.take("a", 0);
  const headers = { "ratelimit-policy": '"writes";q=2;w=8', ratelimit: '"writes";r=0;t=3' };
  expect(limit.take("a", 1_500)).toEqual({ retry_after_s: 3, headers });
  expect(limit.take("a", 4_000)).toBeUndefined();
});

test("one caller costs another nothing", () => {
  const limit = createRateLimit(settings);
  for (let n = 0; n < 20; n++) limit.take("a", 0);
  expect(limit.take("b", 0)).toBeUndefined();
});

test("however many callers there are, only so many are remembered", () => {
  const limit = createRateLimit({ ...settings, burst: 1, callers_max: 10 });
  limit.take("first", 0);
  for (let n = 0; n < 9; n++) limit.take(`other ${n}`, 0);
  expect(limit.take("first", 0)).toBeDefined();
  for (let n = 0; n < 20; n++) limit.take(`yet another ${n}`, 0);
  expect(limit.take("first", 0)).toBeUndefined();
});

test("in no stretch of time more than the burst and what has been earned in it goes through", () => {
  const pauses = fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(pauses, (pauses_ms) => {
      const limit = createRateLimit(settings);
      let now_ms = 0;
      const taken = pauses_ms.flatMap((pause_ms) => {
        now_ms += pause_ms;
        return limit.take("a", now_ms) === undefined ? [now_ms] : [];
      });
      for (const [index, start_ms] of taken.entries()) {
        const until_ms = taken.at(-1) ?? 0;
        const earned = ((until_ms - start_ms) / 1_000) * settings.per_second;
        expect(taken.length - index).toBeLessThanOrEqual(settings.burst + earned + 1e-6);
      }
    }),
  );
});

test("what a caller owes is paid for before its next request", () => {
  const limit = createRateLimit(settings);
  expect(limit.take("a", 0)).toBeUndefined();
  limit.owe("a", 9, 0);
  expect(limit.take("b", 0)).toBeUndefined();
  expect(limit.take("a", 0)).toMatchObject({ retry_after_s: 1 });
  expect([limit.take("a", 599) === undefined, limit.take("a", 600) === undefined]).toEqual([false, true]);
});
