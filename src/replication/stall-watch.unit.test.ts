import { beforeEach, expect, test } from "bun:test";
import { createStallWatch, type PartitionLook, type StallWatch } from "./stall-watch.ts";

let now_ms: number;
let watch: StallWatch;
beforeEach(() => {
  now_ms = 1_000_000;
  watch = createStallWatch({ now_ms: () => now_ms, gap_max_ms: 10_000 });
});

/** Looks every 5 s for so long; what it sees may depend on the look. */
function pass(seconds: number, partitions: (look: number) => readonly Partial<PartitionLook>[] | undefined): void {
  for (let look = 0; look < seconds / 5; look++) {
    now_ms += 5_000;
    watch.look(partitions(look)?.map((seen) => ({ partition: 0, next: 7, behind: 3, steps: 0, ...seen })));
  }
}
const stalled_s = () => (watch.worst()?.stalled_ms ?? 0) / 1000;

test("a partition whose position stays while events wait has stalled for as long", () => {
  pass(5, () => [{}]);
  expect(watch.worst()).toBeUndefined();
  pass(40, () => [{}, { partition: 1, next: 2, behind: 0 }]);
  expect(watch.worst()).toEqual({ partition: 0, behind: 3, stalled_ms: 40_000 });
});

test("reading on is progress, also of what DB2 has already", () => {
  pass(600, (look) => [{ next: look }]);
  expect(watch.worst()).toBeUndefined();
});

test("nothing to read is no stall", () => {
  pass(600, () => [{ behind: 0 }]);
  expect(watch.worst()).toBeUndefined();
});

test("one partition that stands still is found among those that move", () => {
  pass(60, (look) => [{ next: look }, { partition: 1 }]);
  expect(watch.worst()).toMatchObject({ partition: 1, stalled_ms: 55_000 });
});

test("a long batch that gets on is progress; one that is begun again and again is not", () => {
  pass(600, (look) => [{ steps: look }]);
  expect(watch.worst()).toBeUndefined();
  pass(100, (look) => [{ partition: 1, steps: look % 4 }]);
  expect(stalled_s()).toBeGreaterThan(75);
});

test("no time passes while DB2 or the log does not answer", () => {
  pass(25, () => [{}]);
  pass(3_600, () => undefined);
  expect(stalled_s()).toBe(20);
  pass(10, () => [{}]);
  expect(stalled_s()).toBe(25);
});

test("a standby has no partition, and one that was given away is forgotten", () => {
  pass(100, () => [{}]);
  pass(5, () => []);
  expect(watch.worst()).toBeUndefined();
});

test("a process that was frozen has not stood still meanwhile", () => {
  pass(10, () => [{}]);
  now_ms += 3_600_000;
  watch.look([{ partition: 0, next: 7, behind: 3, steps: 0 }]);
  expect(stalled_s()).toBe(15);
});
