import fc from "fast-check";

/** Texts that have broken programs before. */
const notorious = [
  "",
  " ",
  "null",
  "undefined",
  "NaN",
  "true",
  "0",
  "-1",
  "1e308",
  "0x10",
  "９",
  "9007199254740992",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "' OR '1'='1",
  "'; DROP TABLE articles; --",
  "$1",
  "$$",
  "\\",
  "%",
  "_",
  "a:*",
  "!a",
  "a & b | !(c <-> d)",
  "<->",
  "((((((((",
  '"""',
  '"unclosed',
  "- - -",
  "or or or",
  "<script>alert(1)</script>",
  "../../etc/passwd",
  "#{7*7}",
  "{{7*7}}",
  "a\r\nSet-Cookie: x=1",
  "a\tb",
  "\u0000",
  "\uD800",
  "\uDC00x",
  "\uFEFF",
  "\uFFFE\uFFFF",
  "\u202Eabc\u202C",
  "\u2066\u2069",
  "a\u0301\u0301\u0301",
  "ﬁ",
  "İıſK",
  "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}",
  "\u{10FFFF}",
  "Z\u0351\u036B\u0343",
  "ا\u0640\u0640",
  "\u1160\u3164",
] as const;

/** Any text, well-formed or not: notorious ones, pieces of them, and random code units. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...notorious),
  fc.tuple(fc.constantFrom(...notorious), fc.constantFrom(...notorious)).map((parts) => parts.join("")),
  fc.array(fc.nat({ max: 0xff_ff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units)),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc
    .tuple(fc.constantFrom("a", "é", "\u{1F600}", "'", "\u0000", "%", "("), fc.nat({ max: 3_000 }))
    .map(([unit, times]) => unit.repeat(times)),
);

/** What a header can carry at all: visible Latin-1, spaces and tabs. */
export const hostileHeader: fc.Arbitrary<string> = hostileText.map((text) =>
  text
    .replace(/[^\t\x20-\x7e\x80-\xff]/g, "?")
    .slice(0, 2_000)
    .trim(),
);

/** Percent-encoded, and now and then wrongly: a lone surrogate as the three bytes that are no UTF-8. */
export function encoded(text: string): string {
  return Array.from(text, (character) =>
    character.isWellFormed() ? encodeURIComponent(character) : surrogateBytes(character),
  ).join("");
}

function surrogateBytes(character: string): string {
  const code = character.charCodeAt(0);
  const bytes = [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)];
  return bytes.map((byte) => `%${byte.toString(16)}`).join("");
}
