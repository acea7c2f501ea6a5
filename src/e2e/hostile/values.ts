import fc from "fast-check";
import type { ApiDocument, Json } from "./api-document.ts";
import { hostileText } from "./hostile-text.ts";

/** JSON that fits a schema of the document; what a schema does not say is left to chance. */
export function fitting(document: ApiDocument, unresolved: Json): fc.Arbitrary<unknown> {
  const schema = document.resolve(unresolved);
  const { enum: choices, anyOf, properties = {}, required = [], items = {}, pattern } = schema;
  if (Array.isArray(choices)) return fc.constantFrom(...choices);
  if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map((one) => fitting(document, one)));
  if (typeof pattern === "string") return fc.stringMatching(new RegExp(pattern));
  const { minLength = 0, maxLength = 300, minimum = 0, maximum = 1_000_000, maxItems = 10 } = schema;
  switch (schema["type"]) {
    case "string":
      return fc
        .string({ unit: "grapheme", minLength: Number(minLength), maxLength: Math.min(Number(maxLength), 120) })
        .map((text) => text.slice(0, Number(maxLength)) || "a");
    case "integer":
      return fc.integer({ min: Number(minimum), max: Math.min(Number(maximum), Number.MAX_SAFE_INTEGER) });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.uniqueArray(fitting(document, isJson(items) ? items : {}), {
        minLength: Number(schema["minItems"] ?? 0),
        maxLength: Math.min(Number(maxItems), 20),
      });
    case "object":
      return fc.record(
        Object.fromEntries(
          Object.entries(isJson(properties) ? properties : {}).map(([name, property]) => [
            name,
            isJson(property) ? fitting(document, property) : fc.anything(),
          ]),
        ),
        { requiredKeys: Array.isArray(required) ? required.map(String) : [] },
      );
    default:
      return fc.jsonValue();
  }
}

/** Numbers, texts and structures that a careless reader takes for something else. */
const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom(null, true, -0, 1e308, -1, 2 ** 53, 0.1, [], {}, [[]], [null], { length: 5 }),
  fc.jsonValue({ maxDepth: 4 }),
);

/** A body for `schema`: mostly one that fits but for one place, where something else stands. */
export function nearlyFitting(document: ApiDocument, schema: Json): fc.Arbitrary<unknown> {
  const whole = fitting(document, schema);
  const names = Object.keys(isJson(schema["properties"]) ? schema["properties"] : {});
  const place = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...names) }, hostileText);
  const spoiled = fc.tuple(whole, place, hostileValue).map(([value, name, other]) => withMember(value, name, other));
  return fc.oneof({ weight: 3, arbitrary: whole }, { weight: 6, arbitrary: spoiled }, { weight: 1, arbitrary: hostileValue });
}

/** Also `__proto__` as a member of its own, as JSON.parse makes it. */
function withMember(value: unknown, name: string, member: unknown): unknown {
  const copy = Object.fromEntries(Object.entries(isJson(value) ? value : {}));
  Object.defineProperty(copy, name, { value: member, enumerable: true, configurable: true, writable: true });
  return copy;
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
