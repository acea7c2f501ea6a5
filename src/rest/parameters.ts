import { AppError, type ErrorEntry } from "../article/errors.ts";

/** Why a value is refused: what was found, what is allowed, and a stable code. */
export interface Refusal {
  readonly refused: string;
  readonly code: string;
}

/** One query parameter: the same entry reads it and documents it. */
export interface Parameter<Value> {
  readonly description: string;
  /** JSON Schema of the parameter as text in a URL. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly example?: unknown;
  readonly required?: true;
  /** A comma list, for the document: `style: form, explode: false`. */
  readonly list?: true;
  read(text: string): { readonly value: Value } | Refusal;
}

export type ParameterTable = Readonly<Record<string, Parameter<unknown>>>;

/** The values of those parameters of a table that were given. */
export type Values<Table extends ParameterTable> = {
  readonly [Name in keyof Table]?: Table[Name] extends Parameter<infer Value> ? Value : never;
};

/** Name and text of each parameter of a query string, decoded, in order. */
export type GivenParameters = readonly (readonly [name: string, text: string])[];

export interface QueryValues<Table extends ParameterTable> {
  readonly values: Values<Table>;
  readonly given: GivenParameters;
}

const nothing: QueryValues<ParameterTable> = { values: {}, given: [] };

/** A URL has room for thousands of wrong parameters; nobody reads that many problems. */
const entries_max = 50;

/**
 * Reads the query string of `url` by `table`. Throws invalid_parameter that names every problem at once:
 * parameters that are unknown, repeated, badly encoded or have a value that is refused.
 */
export function readParameters<Table extends ParameterTable>(url: string, table: Table): QueryValues<Table> {
  const start = url.indexOf("?");
  if (start === -1 && !hasRequired(table)) return nothing as QueryValues<Table>;
  const values: Record<string, unknown> = {};
  const given: [string, string][] = [];
  const errors = new Map<string, ErrorEntry>();
  const refuse = (pointer: string, detail: string, code: string) => {
    if (!errors.has(pointer) && errors.size < entries_max) errors.set(pointer, { pointer, detail, code });
  };

  for (const [name, text] of start === -1 ? [] : pairsOf(url.slice(start + 1), refuse)) {
    const parameter = Object.hasOwn(table, name) ? table[name] : undefined;
    if (parameter === undefined) {
      refuse(name, `${name} is not known here; ${knownIn(table)}.`, "unknown_parameter");
    } else if (given.some(([earlier]) => earlier === name)) {
      refuse(name, `${name} is given more than once; it may be given once.`, "repeated");
    } else {
      given.push([name, text]);
      const result = parameter.read(text);
      if ("refused" in result) refuse(name, `${name} ${result.refused}.`, result.code);
      else values[name] = result.value;
    }
  }
  for (const [name, parameter] of Object.entries(table)) {
    if (parameter.required && !given.some(([earlier]) => earlier === name))
      refuse(name, `${name} is missing; it is required.`, "required");
  }
  if (errors.size > 0) throw invalidParameters([...errors.values()]);
  // Each value came out of the reader that the table has under its name.
  return { values: values as Values<Table>, given };
}

export function invalidParameters(errors: readonly ErrorEntry[]): AppError {
  const [first] = errors;
  const detail =
    errors.length === 1 && first !== undefined ? first.detail : `${errors.length} parameters are not valid: see errors.`;
  return new AppError("invalid_parameter", detail, { errors });
}

function hasRequired(table: ParameterTable): boolean {
  return Object.values(table).some(({ required }) => required);
}

function knownIn(table: ParameterTable): string {
  const names = Object.keys(table);
  return names.length === 0 ? "no parameter is" : `known are ${names.join(", ")}`;
}

type Refuse = (pointer: string, detail: string, code: string) => void;

/** As HTML forms encode: `&` between pairs, `+` for a space, percent-encoded UTF-8, here read strictly. */
function pairsOf(query: string, refuse: Refuse): [string, string][] {
  return query
    .split("#", 1)
    .join("")
    .split("&")
    .filter((pair) => pair !== "")
    .flatMap((pair): [string, string][] => {
      const equals = pair.indexOf("=");
      const name = decoded(equals === -1 ? pair : pair.slice(0, equals));
      const text = decoded(equals === -1 ? "" : pair.slice(equals + 1));
      if (name === undefined) {
        refuse(pair.slice(0, 40), "The name of a parameter is not percent-encoded UTF-8.", "malformed");
        return [];
      }
      if (text === undefined) {
        refuse(shortened(name), `${shortened(name)} is not percent-encoded UTF-8.`, "malformed");
        return [];
      }
      return [[shortened(name), text]];
    });
}

/** Names of ours are short; a long one is only ever echoed. */
function shortened(name: string): string {
  return name.length > 40 ? `${name.slice(0, 40)}…`.toWellFormed() : name;
}

/** Undefined for what is not percent-encoded UTF-8 (RFC 3986, section 2.1). */
export function decoded(text: string): string | undefined {
  if (!/[%+]/.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}
