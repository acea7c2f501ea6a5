import { expect, test } from "bun:test";
import { ageOption, instantOption } from "./instants.ts";

const now_ms = Date.UTC(2026, 10, 23, 9, 30);

test("an age is counted back from now", () => {
  expect(ageOption("older-than", "90m", now_ms)).toBe("2026-11-23T08:00:00.000Z");
  expect(instantOption("since", "2d", now_ms)).toBe("2026-11-21T09:30:00.000Z");
  expect(ageOption("older-than", "999999d", now_ms)).toBe("1970-01-01T00:00:00.000Z");
});

test("an instant stands for itself", () => {
  expect(instantOption("since", "2026-11-23T10:00:00+01:00", now_ms)).toBe("2026-11-23T09:00:00.000Z");
  expect(instantOption("since", "2026-11-23", now_ms)).toBe("2026-11-23T00:00:00.000Z");
});

test("anything else is refused with what is allowed", () => {
  for (const text of ["", "soon", "5", "-5m", "1w", "2026-13-01", "2026-11-23T25:00:00Z", "23.11.2026"]) {
    expect(() => instantOption("since", text, now_ms)).toThrow("--since");
    expect(() => ageOption("older-than", text, now_ms)).toThrow("like 90m or 30d");
  }
});
