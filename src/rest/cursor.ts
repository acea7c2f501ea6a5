import { ArticleSchema, limits } from "../article/article.ts";
import { textProblem } from "../article/text.ts";
import type { ArticleFilter, Position, Sort } from "../store/article-store.ts";

/** What a cursor belongs to: with another order or other filters its position means nothing. */
export interface CursorScope {
  readonly sort: Sort;
  readonly filter: ArticleFilter;
}

/** A title of 200 four-byte characters, escaped, in base64url, with room to spare. */
export const cursor_length_max = 2_048;

const layout = 1;
const checksum_bytes = 8;

/**
 * The position as opaque text: base64url of a checksum and of JSON. The checksum covers the scope too, so a flipped bit
 * and a changed sort or filter are noticed alike; it keeps no secret, and what is decoded is checked like any input.
 */
export function encodeCursor(position: Position, scope: CursorScope): string {
  const payload = Buffer.from(JSON.stringify([layout, position.value, position.id]));
  return Buffer.concat([checksum(payload, scope), payload]).toString("base64url");
}

/** The position in `cursor`, or undefined when it is not one that `encodeCursor` made for this scope. */
export function decodeCursor(cursor: string, scope: CursorScope): Position | undefined {
  const bytes = Buffer.from(cursor, "base64url");
  // Decoding is lenient about padding bits and foreign characters; only one spelling of a cursor is taken.
  if (bytes.toString("base64url") !== cursor) return undefined;
  const payload = bytes.subarray(checksum_bytes);
  if (!checksum(payload, scope).equals(bytes.subarray(0, checksum_bytes))) return undefined;
  return positionIn(payload, scope.sort);
}

function checksum(payload: Buffer, { sort, filter }: CursorScope): Buffer {
  const { status = null, category = null, author = null, tag = null } = filter;
  const hash = new Bun.CryptoHasher("sha256");
  hash.update(JSON.stringify([sort.field, sort.descending, status, category, author, tag]));
  hash.update(payload);
  return Buffer.from(hash.digest().subarray(0, checksum_bytes));
}

function positionIn(payload: Buffer, sort: Sort): Position | undefined {
  const parts = parsed(payload);
  if (!Array.isArray(parts) || parts.length !== 3 || parts[0] !== layout) return undefined;
  const [, value, id]: unknown[] = parts;
  if (!isCount(id) || id === 0 || !isSortValue(value, sort.field)) return undefined;
  return { value, id };
}

function parsed(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    return undefined;
  }
}

/** Only what the database takes in that column: a forged cursor must not become an SQL error. */
function isSortValue(value: unknown, field: Sort["field"]): value is Position["value"] {
  switch (field) {
    case "title":
      return textProblem(ArticleSchema.properties.title, value) === undefined;
    case "views_count":
      return isCount(value);
    case "published_at":
      return value === null || isInstant(value);
    case "created_at":
    case "updated_at":
      return isInstant(value);
    default:
      return field satisfies never;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && typeof value === "number" && value >= 0 && value <= limits.id_max;
}

function isInstant(value: unknown): boolean {
  if (typeof value !== "string" || !/^(?!0000)\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(value)) return false;
  const time_ms = Date.parse(value);
  return !Number.isNaN(time_ms) && new Date(time_ms).toISOString() === value;
}
