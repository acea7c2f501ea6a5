import { Kind, type TSchema, type TUnsafe, Type, TypeRegistry } from "@sinclair/typebox";

/** Text as JSON Schema means it: lengths count Unicode code points, not UTF-16 units (as TypeBox's own String does). */
export interface TextOptions {
  readonly minLength: number;
  readonly maxLength: number;
  /** Also at most this many bytes of UTF-8. */
  readonly maxBytes?: number;
  readonly description?: string;
  readonly default?: string;
  readonly examples?: readonly string[];
}

const textKind = "blog:Text";

/** A string schema that refuses NUL (PostgreSQL cannot store it) and lone surrogates (UTF-8 cannot encode them). */
export function Text({ maxBytes, ...options }: TextOptions): TUnsafe<string> {
  const byteLimit = maxBytes === undefined ? {} : { "x-maxBytes": maxBytes };
  return Type.Unsafe<string>({ [Kind]: textKind, type: "string", ...options, ...byteLimit });
}

export interface TextProblem {
  readonly code: "wrong_type" | "too_short" | "too_long" | "forbidden_character";
  readonly found: string;
}

/** What keeps `value` from being this text, or undefined when nothing does. */
export function textProblem(schema: TSchema, value: unknown): TextProblem | undefined {
  if (typeof value !== "string") return { code: "wrong_type", found: typeName(value) };
  const bytes = schema["x-maxBytes"];
  const { minLength, maxLength } = schema;
  // A string has at most as many code points as UTF-16 units, and at least half as many: count only when it matters.
  if (value.length < minLength) return { code: "too_short", found: `${codePoints(value)} characters` };
  if (value.length > maxLength && codePoints(value) > maxLength) {
    return { code: "too_long", found: `${codePoints(value)} characters` };
  }
  if (typeof bytes === "number" && value.length * 3 > bytes && Buffer.byteLength(value) > bytes) {
    return { code: "too_long", found: `${Buffer.byteLength(value)} bytes` };
  }
  if (value.includes("\0")) return { code: "forbidden_character", found: "a NUL character (U+0000)" };
  if (!value.isWellFormed()) return { code: "forbidden_character", found: "half of a surrogate pair" };
  return undefined;
}

/** The JSON name of a value's type. */
export function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  return `a ${typeof value}`;
}

function codePoints(value: string): number {
  let count = 0;
  for (const _ of value) count++;
  return count;
}

const oneOfKind = "blog:OneOf";

/** One of a few strings, as JSON Schema's `enum`. */
export function OneOf<Value extends string>(values: readonly Value[], options: { default?: Value } = {}): TUnsafe<Value> {
  return Type.Unsafe<Value>({ [Kind]: oneOfKind, type: "string", enum: values, ...options });
}

TypeRegistry.Set(oneOfKind, (schema: TSchema, value) => schema["enum"].includes(value));
TypeRegistry.Set(textKind, (schema: TSchema, value) => textProblem(schema, value) === undefined);
