import { expect, test } from "bun:test";
import { httpDate, parseHttpDate } from "./http-date.ts";

test("an instant's HTTP date is the one that the language makes of it, for every day from 1970 to 2100", () => {
  const day_ms = 86_400_000;
  for (let at_ms = 0; at_ms < Date.UTC(2100, 0); at_ms += day_ms + 3_600_123) {
    const instant = new Date(at_ms);
    expect(httpDate(instant.toISOString())).toBe(instant.toUTCString());
  }
});

test.each([
  ["Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"],
  ["Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z"],
  ["Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z"],
  ["Wednesday, 01-Jan-25 00:00:00 GMT", "2025-01-01T00:00:00Z"],
  ["Thu, 29 Feb 2024 23:59:59 GMT", "2024-02-29T23:59:59Z"],
])("%s is %s", (text, instant) => {
  expect(parseHttpDate(text)).toBe(Date.parse(instant));
});

test.each([
  "",
  "now",
  "2026-11-23",
  "Mon, 31 Feb 2026 00:00:00 GMT",
  "Mon, 23 Nov 2026 24:00:00 GMT",
  "Mon, 23 Foo 2026 00:00:00 GMT",
])("%j is no date", (text) => expect(parseHttpDate(text)).toBeUndefined());
