import { expect, test } from "bun:test";
import fc from "fast-check";
import { columnParser } from "./column-value.ts";
import { parameterText } from "./parameter-text.ts";

const text_array = 1009;

test("any array of texts comes back from its literal as it was", () => {
  const parse = columnParser(text_array);
  fc.assert(
    fc.property(fc.array(fc.option(fc.string({ unit: "grapheme" }))), (texts) => {
      expect(parse(String(parameterText(texts)))).toEqual(texts);
    }),
  );
});

test.each([
  [null, null],
  [undefined, null],
  ["", ""],
  [42, "42"],
  [12n, "12"],
  [false, "false"],
  [new Date(0), "1970-01-01T00:00:00.000Z"],
  [{ a: [1, null] }, '{"a":[1,null]}'],
  [[1, null, [true]], '{"1",NULL,{"true"}}'],
  [[{ a: '"' }], '{"{\\"a\\":\\"\\\\\\"\\"}"}'],
  [[Buffer.from([0, 255])], '{"\\\\x00ff"}'],
])("%p is sent as %p", (value, text) => {
  expect(parameterText(value)).toBe(text);
});
