import { expect, test } from "bun:test";
import fc from "fast-check";
import { slices } from "./slices.ts";

test("slices keep every item in order, and within both limits unless an item is too large by itself", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(20)),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 15 }),
      (sizes, records_max, bytes_max) => {
        const cut = [...slices(sizes, (size) => size, { records_max, bytes_max })];
        expect(cut.flat()).toEqual(sizes);
        for (const slice of cut) {
          expect(slice.length).toBeWithin(1, records_max + 1);
          if (slice.length > 1) expect(slice.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(bytes_max);
        }
      },
    ),
  );
});
