import { expect, test } from "bun:test";
import { httpDate } from "./conditional.ts";

test("an instant's HTTP date is the one that the language makes of it, for every day from 1970 to 2100", () => {
  const day_ms = 86_400_000;
  for (let at_ms = 0; at_ms < Date.UTC(2100, 0); at_ms += day_ms + 3_600_123) {
    const instant = new Date(at_ms);
    expect(httpDate(instant.toISOString())).toBe(instant.toUTCString());
  }
});
