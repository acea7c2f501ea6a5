import { expect, test } from "bun:test";
import fc from "fast-check";
import { sortFields } from "../store/article-store.ts";
import { type CursorScope, cursor_length_max, decodeCursor, encodeCursor } from "./cursor.ts";

const byTitle: CursorScope = { sort: { field: "title", descending: false }, filter: {} };
const byDate: CursorScope = { sort: { field: "published_at", descending: true }, filter: { status: "published" } };

const title = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 200 })
  .filter((text) => !text.includes("\0") && [...text].length <= 200);
const id = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

test("a cursor gives back the position that it was made of", () => {
  fc.assert(
    fc.property(title, id, (value, id) => {
      const cursor = encodeCursor({ value, id }, byTitle);
      expect(cursor.length).toBeLessThanOrEqual(cursor_length_max);
      expect(cursor).toMatch(/^[\w-]+$/);
      expect(decodeCursor(cursor, byTitle)).toEqual({ value, id });
    }),
  );
  for (const value of [null, "2026-11-23T09:30:00.123Z"]) {
    expect(decodeCursor(encodeCursor({ value, id: 7 }, byDate), byDate)).toEqual({ value, id: 7 });
  }
});

test("a cursor with any bit flipped is refused", () => {
  const cursor = encodeCursor({ value: "2026-11-23T09:30:00.123Z", id: 7 }, byDate);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/";
  for (let at = 0; at < cursor.length; at++) {
    for (const character of alphabet) {
      if (character === cursor[at]) continue;
      expect(decodeCursor(cursor.slice(0, at) + character + cursor.slice(at + 1), byDate)).toBeUndefined();
    }
  }
  expect(decodeCursor(cursor.slice(0, -1), byDate)).toBeUndefined();
  expect(decodeCursor(`${cursor}A`, byDate)).toBeUndefined();
  expect(decodeCursor("", byDate)).toBeUndefined();
});

test("a cursor belongs to its sort and filters", () => {
  const cursor = encodeCursor({ value: null, id: 7 }, byDate);
  for (const field of sortFields) {
    for (const descending of [true, false]) {
      for (const filter of [
        {},
        { status: "published" },
        { status: "draft" },
        { category: "published" },
        { tag: "published" },
      ] as const) {
        const same = field === "published_at" && descending && "status" in filter && filter.status === "published";
        expect(decodeCursor(cursor, { sort: { field, descending }, filter }) !== undefined).toBe(same);
      }
    }
  }
});

test("a position that the database would refuse is no position, even with a good checksum", () => {
  const values = ["2026-02-31T00:00:00.000Z", "0000-01-01T00:00:00.000Z", "yesterday", "", 5, "2026-11-23 09:30:00+00"];
  for (const value of values) expect(decodeCursor(encodeCursor({ value, id: 7 }, byDate), byDate)).toBeUndefined();
  for (const value of ["a\0b", "\ud800", "", 5, null, "x".repeat(201)]) {
    expect(decodeCursor(encodeCursor({ value, id: 7 }, byTitle), byTitle)).toBeUndefined();
  }
  for (const id of [0, -1, 1.5, 2 ** 53]) expect(decodeCursor(encodeCursor({ value: null, id }, byDate), byDate)).toBeUndefined();
});
