import { expect, test } from "bun:test";
import fc from "fast-check";
import { createSlidingCount } from "./sliding-count.ts";

test("counts what is younger than the window, a tenth of it more or less", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 50 }), (pauses) => {
      let now = 1_000_000;
      const times: number[] = [];
      const count = createSlidingCount(10_000, () => now);
      for (const pause of pauses) {
        now += pause;
        times.push(now);
        count.add();
      }
      const younger = (age: number) => times.filter((time) => now - time < age).length;
      expect(count.total()).toBeGreaterThanOrEqual(younger(9_000));
      expect(count.total()).toBeLessThanOrEqual(younger(10_000));
    }),
  );
});
