import pg from "pg";

type Parse = (text: string) => unknown;

// The table of @types/pg names only some of the types that pg can parse; text[] is 1009.
const text_array: number = 1009;
const textArray: (text: string) => (string | null)[] = pg.types.getTypeParser(text_array);

/** By the type's oid (pg_type.dat). What is not here stays the text that PostgreSQL wrote: timestamps, json, numeric, uuid … */
const parsers: ReadonlyMap<number, Parse> = new Map<number, Parse>([
  [16, (text) => text === "t"],
  [17, (text) => Buffer.from(text.slice(2), "hex")],
  // int8 fits: ids, counts and versions stay within 2^53-1.
  [20, Number],
  [21, Number],
  [23, Number],
  [26, Number],
  [700, Number],
  [701, Number],
  [1005, numberArray],
  [1007, numberArray],
  [1016, numberArray],
  [1009, textArray],
  [1015, textArray],
]);

/** How both drivers turn a column's text into a value, so that a row is the same through either. */
export function columnParser(oid: number): Parse {
  return parsers.get(oid) ?? unchanged;
}

function unchanged(text: string): string {
  return text;
}

function numberArray(text: string): (number | null)[] {
  return textArray(text).map((item) => (item === null ? null : Number(item)));
}
