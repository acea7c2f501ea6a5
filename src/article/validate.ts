import type { Static, TSchema } from "@sinclair/typebox";
import { type TypeCheck, TypeCompiler, type ValueError, ValueErrorType } from "@sinclair/typebox/compiler";
import { type ArticleInput, ArticleInputSchema, type ArticlePatch, ArticlePatchSchema, articleFields } from "./article.ts";
import { AppError, type ErrorEntry } from "./errors.ts";
import { explainable } from "./explainable.ts";
import { type TextProblem, textProblem, typeName } from "./text.ts";

/** A body of 7 MiB has room for a million unknown fields; nobody reads that many problems. */
const entries_max = 100;

const inputChecker = TypeCompiler.Compile(ArticleInputSchema);
const patchChecker = TypeCompiler.Compile(ArticlePatchSchema);
const readOnlyFields = new Set<string>(articleFields.filter((field) => !(field in ArticleInputSchema.properties)));

/** What POST and PUT take. Throws validation_failed with an entry for each problem, at most one a pointer. */
export function validateInput(value: unknown): ArticleInput {
  return validate(inputChecker, value);
}

/** What PATCH takes (RFC 7396 with no member that can be removed, so null is refused). Throws as `validateInput`. */
export function validatePatch(value: unknown): ArticlePatch {
  return validate(patchChecker, value);
}

function validate<Schema extends TSchema>(checker: TypeCheck<Schema>, value: unknown): Static<Schema> {
  if (checker.Check(value)) return value;
  const entries = entriesOf(checker, value);
  const places = entries.map(({ pointer }) => pointer || "the body").slice(0, 5);
  const more = entries.length > places.length ? " and more" : "";
  throw new AppError("validation_failed", `The article is not valid: see ${places.join(", ")}${more}.`, { errors: entries });
}

function entriesOf(checker: TypeCheck<TSchema>, value: unknown): readonly ErrorEntry[] {
  const entries = new Map<string, ErrorEntry>();
  const looked_at = withoutExcessTags(value, (entry) => entries.set(entry.pointer, entry));
  for (const error of checker.Errors(explainable(looked_at))) {
    for (const entry of entriesOfError(error)) {
      if (!entries.has(entry.pointer)) entries.set(entry.pointer, entry);
    }
    if (entries.size >= entries_max) break;
  }
  return [...entries.values()].slice(0, entries_max);
}

/** Tags beyond the limit are counted, not looked at. */
function withoutExcessTags(value: unknown, report: (entry: ErrorEntry) => void): unknown {
  if (typeof value !== "object" || value === null || !("tags" in value) || !Array.isArray(value.tags)) return value;
  const items_max = ArticleInputSchema.properties.tags.maxItems ?? value.tags.length;
  if (value.tags.length <= items_max) return value;
  const detail = `tags has ${value.tags.length} entries; at most ${items_max} are allowed.`;
  report({ pointer: "/tags", detail, code: "too_many" });
  return { ...value, tags: value.tags.slice(0, items_max) };
}

function entriesOfError({ type, path, schema, value }: ValueError): readonly ErrorEntry[] {
  const name = nameOf(path);
  switch (type) {
    case ValueErrorType.ObjectAdditionalProperties:
      return [unknownField(path, name)];
    case ValueErrorType.ObjectRequiredProperty:
      return [{ pointer: path, detail: `${name} is missing; it is required: ${allowed(schema)}.`, code: "required" }];
    case ValueErrorType.ArrayUniqueItems:
      return repeated(path, value);
    case ValueErrorType.Kind:
      return [kindEntry(path, name, schema, value)];
    default:
      return [{ pointer: path, detail: `${name} is ${typeName(value)}; ${allowed(schema)} is allowed.`, code: "wrong_type" }];
  }
}

function unknownField(pointer: string, name: string): ErrorEntry {
  if (readOnlyFields.has(pointer.slice(1))) {
    return { pointer, detail: `${name} is kept by the server and cannot be written; leave it out.`, code: "read_only" };
  }
  return {
    pointer,
    detail: `${name} is not known; known are ${Object.keys(ArticleInputSchema.properties).join(", ")}.`,
    code: "unknown_field",
  };
}

function kindEntry(pointer: string, name: string, schema: TSchema, value: unknown): ErrorEntry {
  if (schema["enum"] !== undefined) {
    const code = typeof value === "string" ? "unknown_value" : "wrong_type";
    return { pointer, detail: `${name} is ${shown(value)}; ${allowed(schema)} is allowed.`, code };
  }
  const problem = textProblem(schema, value);
  if (problem === undefined) return { pointer, detail: `${name} is not ${allowed(schema)}.`, code: "wrong_type" };
  return {
    pointer,
    detail: `${name} ${verb(problem)} ${problem.found}; ${textRule(problem, schema)} is allowed.`,
    code: problem.code,
  };
}

function verb(problem: TextProblem): string {
  if (problem.code === "forbidden_character") return "holds";
  return problem.code === "wrong_type" ? "is" : "has";
}

function textRule({ code }: TextProblem, schema: TSchema): string {
  return code === "forbidden_character" ? "any other character" : allowed(schema);
}

/** Duplicates, each under its own pointer. */
function repeated(path: string, value: unknown): readonly ErrorEntry[] {
  if (!Array.isArray(value)) return [];
  const first = new Map<unknown, number>();
  return value.flatMap((item: unknown, index) => {
    const earlier = first.get(item);
    if (earlier === undefined) {
      first.set(item, index);
      return [];
    }
    const detail = `${nameOf(`${path}/${index}`)} is ${shown(item)}, as ${path}/${earlier} is; each may stand once.`;
    return [{ pointer: `${path}/${index}`, detail, code: "repeated" }];
  });
}

/** What a schema takes, in words. */
function allowed(schema: TSchema): string {
  if (Array.isArray(schema["enum"])) return `one of ${schema["enum"].join(", ")}`;
  const bytes = schema["x-maxBytes"];
  if (bytes !== undefined) return `text of 1 to ${bytes} bytes of UTF-8`;
  if (schema["type"] === "string") return `text of ${schema["minLength"]} to ${schema["maxLength"]} characters`;
  if (schema["type"] === "array") return `an array of at most ${schema["maxItems"]} texts`;
  return "an object with the article's fields";
}

function nameOf(path: string): string {
  return path === "" ? "The body" : shortened(path.slice(1), 60);
}

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(shortened(value.toWellFormed(), 40)) : typeName(value);
}

function shortened(text: string, length_max: number): string {
  const characters = text.length > length_max ? `${text.slice(0, length_max)}…` : text;
  return characters.toWellFormed();
}
