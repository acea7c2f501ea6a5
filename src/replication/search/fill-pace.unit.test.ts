import { describe, expect, test } from "bun:test";
import { createFillPace } from "./fill-pace.ts";

function paceAt(gap_ms = 0) {
  const clock = { now: 1_000_000 };
  return { clock, pace: createFillPace({ gap_ms, now_ms: () => clock.now }) };
}

describe("vectors are made", () => {
  test("at once at the start, for what another process left behind", () => {
    expect(paceAt().pace.wait_ms()).toBeLessThanOrEqual(0);
  });

  test("a moment after a lone event, and those that follow closely together", () => {
    const { clock, pace } = paceAt();
    pace.filled("empty");
    clock.now += 500;
    expect(pace.applied(1)).toBe(true);
    expect(pace.wait_ms()).toBe(2);
    clock.now += 2;
    expect(pace.wait_ms()).toBe(0);
    pace.filled("partial");
    expect(pace.applied(1)).toBe(false);
    expect(pace.wait_ms()).toBe(20);
  });

  test("50 ms after the last of many events, one batch right behind the other", () => {
    const { clock, pace } = paceAt();
    pace.filled("empty");
    for (let batch = 0; batch < 10; batch++) pace.applied(500);
    expect(pace.wait_ms()).toBe(50);
    clock.now += 50;
    pace.filled("full");
    expect(pace.wait_ms()).toBe(0);
  });

  test("with a gap between the batches where they are in the way of everything else", () => {
    const { pace } = paceAt(5);
    pace.filled("full");
    expect(pace.wait_ms()).toBe(5);
  });

  test("every three seconds when nothing is known to wait", () => {
    const { pace } = paceAt();
    pace.filled("empty");
    expect(pace.wait_ms()).toBe(3_000);
  });
});

describe("while events come without a pause", () => {
  /** Batches in each second of a stream of `events_per_s`, a batch every 10 ms, where a batch of vectors takes 200. */
  function batchesBySecond(events_per_s: number, seconds: number): number[] {
    const { clock, pace } = paceAt();
    pace.filled("empty");
    const batches: number[] = [];
    let pending = 0;
    for (let second = 0; second < seconds; second++) {
      batches.push(0);
      for (let tick = 0; tick < 100; tick++, clock.now += 10) {
        pace.applied(events_per_s / 100);
        pending += events_per_s / 100;
        while (pace.wait_ms() <= 0) {
          const taken = Math.min(pending, 200);
          pending -= taken;
          pace.filled(taken === 200 ? "full" : taken > 0 ? "partial" : "empty");
          batches[second] = (batches[second] ?? 0) + 1;
        }
      }
    }
    return batches;
  }

  test("a batch every second comes through, and more with time", () => {
    const batches = batchesBySecond(20_000, 15);
    expect(Math.max(...batches.slice(0, 3))).toBeLessThanOrEqual(2);
    expect(Math.min(...batches.slice(1))).toBeGreaterThan(0);
    expect(batches.at(-1)).toBeGreaterThan(50);
  });

  test("as many as are needed come through, and no more", () => {
    const [last = 0] = batchesBySecond(1_000, 60).slice(-1);
    expect(last).toBeGreaterThanOrEqual(4);
    expect(last).toBeLessThan(20);
  });

  test("the next stream begins with a batch a second again", () => {
    const { clock, pace } = paceAt();
    for (let batch = 0; batch < 100; batch++, clock.now += 40) {
      pace.applied(500);
      pace.filled("full");
    }
    clock.now += 60;
    pace.filled("full");
    for (let elapsed = 0; elapsed < 960; elapsed += 30, clock.now += 30) pace.applied(500);
    pace.applied(500);
    expect(pace.wait_ms()).toBe(40);
  });
});
