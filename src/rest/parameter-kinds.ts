import type { TSchema } from "@sinclair/typebox";
import { textProblem } from "../article/text.ts";
import type { Parameter, Refusal } from "./parameters.ts";

interface Words {
  readonly description: string;
  readonly example?: unknown;
  readonly required?: true;
}

/** The decimal number in `text` when it is one from `minimum` to `maximum`, written without sign, leading zero or exponent. */
export function wholeNumber(text: string, minimum: number, maximum: number): number | undefined {
  if (!/^(0|[1-9]\d{0,15})$/.test(text)) return undefined;
  const value = Number(text);
  return value >= minimum && value <= maximum ? value : undefined;
}

export function numberParameter(range: { minimum: number; maximum: number; default?: number }, words: Words): Parameter<number> {
  return {
    ...words,
    schema: { type: "integer", ...range },
    read(text) {
      const value = wholeNumber(text, range.minimum, range.maximum);
      return value === undefined
        ? refuse(text, `a whole number from ${range.minimum} to ${range.maximum} is allowed`)
        : { value };
    },
  };
}

export function booleanParameter(fallback: boolean, words: Words): Parameter<boolean> {
  return {
    ...words,
    schema: { type: "boolean", default: fallback },
    read(text) {
      return text === "true" || text === "false" ? { value: text === "true" } : refuse(text, "true or false is allowed");
    },
  };
}

/** One of a few words, each standing for a value. */
export function choiceParameter<Value>(
  choices: ReadonlyMap<string, Value>,
  words: Words & { default?: string },
): Parameter<Value> {
  const { default: fallback, ...rest } = words;
  const names = [...choices.keys()];
  return {
    ...rest,
    schema: { type: "string", enum: names, ...(fallback !== undefined && { default: fallback }) },
    read(text) {
      const value = choices.get(text);
      return value === undefined ? refuse(text, `one of ${names.join(", ")} is allowed`, "unknown_value") : { value };
    },
  };
}

/** Text within the limits of `schema`, an article's field or one like it. */
export function textParameter(schema: TSchema, words: Words): Parameter<string> {
  const { minLength, maxLength } = schema;
  return {
    ...words,
    schema: { type: "string", minLength, maxLength },
    read(text) {
      const problem = textProblem(schema, text);
      if (problem === undefined) return { value: text };
      const verb = problem.code === "forbidden_character" ? "holds" : "has";
      return {
        refused: `${verb} ${problem.found}; text of ${minLength} to ${maxLength} characters is allowed`,
        code: problem.code,
      };
    },
  };
}

interface ListRules<Item> {
  readonly items: Readonly<Record<string, unknown>>;
  readonly items_max: number;
  /** What one item may be, in words. */
  readonly allowed: string;
  /** Whether an item may stand twice (it then counts once). */
  readonly repeats: boolean;
  item(text: string): Item | undefined;
}

/** A comma list of at least one item. */
export function listParameter<Item>(rules: ListRules<Item>, words: Words): Parameter<readonly Item[]> {
  return {
    ...words,
    list: true,
    schema: {
      type: "array",
      items: rules.items,
      minItems: 1,
      maxItems: rules.items_max,
      ...(!rules.repeats && { uniqueItems: true }),
    },
    read(text) {
      const parts = text.split(",", rules.items_max + 1);
      if (parts.length > rules.items_max)
        return { refused: `has more than the ${rules.items_max} entries that are allowed`, code: "too_many" };
      const items = new Set<Item>();
      for (const part of parts) {
        const item = rules.item(part);
        if (item === undefined) return { refused: `holds ${shown(part)}; ${rules.allowed} is allowed`, code: "unknown_value" };
        if (items.has(item) && !rules.repeats)
          return { refused: `holds ${shown(part)} twice; once is allowed`, code: "repeated" };
        items.add(item);
      }
      return { value: [...items] };
    },
  };
}

function refuse(text: string, allowed: string, code = "wrong_value"): Refusal {
  return { refused: `is ${shown(text)}; ${allowed}`, code };
}

function shown(text: string): string {
  if (text === "") return "empty";
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…`.toWellFormed() : text);
}
