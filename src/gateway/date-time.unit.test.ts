import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Kind } from "graphql";
import { DateTime } from "./date-time.ts";

test("every instant survives both directions", () => {
  const dates = fc.date({ min: new Date(0), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true });
  fc.assert(
    fc.property(dates, (date) => {
      const text = date.toISOString();
      expect(DateTime.serialize(text)).toBe(text);
      expect(DateTime.parseValue(text)).toBe(text);
      expect(DateTime.parseLiteral({ kind: Kind.STRING, value: text }, undefined)).toBe(text);
    }),
  );
});

test("another zone and less precision become UTC with milliseconds", () => {
  expect(DateTime.parseValue("2026-11-23T10:30:00+01:00")).toBe("2026-11-23T09:30:00.000Z");
});

describe("refused in both directions", () => {
  const values = [
    "2026-02-30T00:00:00.000Z",
    "2026-13-01T00:00:00.000Z",
    "2026-11-23",
    "2026-11-23T25:00:00Z",
    "now",
    "",
    0,
    null,
    {},
  ];
  for (const value of values) {
    test(JSON.stringify(value), () => {
      expect(() => DateTime.serialize(value)).toThrow("RFC 3339");
      expect(() => DateTime.parseValue(value)).toThrow("RFC 3339");
    });
  }
  test("a literal that is no string", () => {
    expect(() => DateTime.parseLiteral({ kind: Kind.INT, value: "1" }, undefined)).toThrow("must be a string");
  });
});
