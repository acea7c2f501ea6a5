/** Under this size whatever stands in a text is parsed in a few milliseconds. */
const counted_from_bytes = 65_536;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const bracket = 0x5b;
const brace = 0x7b;

/**
 * Whether the JSON in `bytes` has more than `values_max` values; small texts are let through uncounted. To parse seven megabytes of brackets
 * takes a second and hundreds of megabytes of memory (measured), to look through them a few milliseconds.
 */
export function hasMoreValues(bytes: Uint8Array, values_max: number): boolean {
  if (bytes.byteLength < counted_from_bytes) return false;
  let values = 0;
  for (let at = 0; at < bytes.byteLength; at++) {
    const byte = bytes[at];
    if (byte === quote) at = endOfString(bytes, at);
    else if ((byte === comma || byte === bracket || byte === brace) && ++values > values_max) return true;
  }
  return false;
}

/** Where the string that begins at `start` ends, or the text when it does not. What is between is passed over without a look. */
function endOfString(bytes: Uint8Array, start: number): number {
  for (let end = bytes.indexOf(quote, start + 1); end !== -1; end = bytes.indexOf(quote, end + 1)) {
    if (!isEscaped(bytes, end)) return end;
  }
  return bytes.byteLength;
}

/** Behind an odd number of backslashes. */
function isEscaped(bytes: Uint8Array, at: number): boolean {
  let first = at;
  while (bytes[first - 1] === backslash) first--;
  return (at - first) % 2 === 1;
}
