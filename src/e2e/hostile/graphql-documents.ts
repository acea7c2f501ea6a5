import fc from "fast-check";
import {
  buildSchema,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from "graphql";
import { hostileText } from "./hostile-text.ts";

/** Random documents of a schema. `wild` is how often, of a hundred places, something stands that does not belong there. */
export function documentsOf(sdl: string, ids: readonly number[], wild: number): fc.Arbitrary<string> {
  const schema = buildSchema(sdl);
  const operations = [schema.getQueryType(), schema.getMutationType()].filter((type) => type !== null && type !== undefined);
  const seldom = <Value>(usual: fc.Arbitrary<Value>, odd: fc.Arbitrary<Value>) =>
    fc.oneof({ weight: 100 - wild, arbitrary: usual }, { weight: wild, arbitrary: odd });

  function value(type: GraphQLInputType): fc.Arbitrary<string> {
    return seldom(plainValue(isNonNullType(type) ? type.ofType : type), odd);
  }

  function plainValue(type: GraphQLInputType): fc.Arbitrary<string> {
    if (isListType(type)) return fc.array(value(type.ofType), { maxLength: 4 }).map((items) => `[${items.join(", ")}]`);
    if (isEnumType(type)) return fc.constantFrom(...type.getValues().map(({ name }) => name));
    if (isInputObjectType(type)) return given(Object.values(type.getFields())).map((pairs) => `{ ${pairs.join(", ")} }`);
    switch (String(type)) {
      case "Int":
        return fc.integer({ min: -1, max: 120 }).map(String);
      case "ID":
        return fc.oneof(fc.constantFrom(...ids.map((id) => `"${id}"`)), quoted);
      default:
        return quoted;
    }
  }

  /** `name: value` of those that are given: of the required ones nearly all, of the others half. */
  function given(inputs: readonly { readonly name: string; readonly type: GraphQLInputType }[]): fc.Arbitrary<readonly string[]> {
    const pairs = inputs.map(({ name, type }) => {
      const pair = value(type).map((text) => `${name}: ${text}`);
      return isNonNullType(type) ? seldom(pair, nothing) : fc.oneof(pair, nothing);
    });
    return fc.tuple(...pairs).map((texts) => texts.filter((text) => text !== ""));
  }

  function field(definition: GraphQLField<unknown, unknown>, depth: number): fc.Arbitrary<string> {
    const parts = fc.tuple(given(definition.args), seldom(directive, oddDirective), selection(definition.type, depth));
    return parts.map(
      ([args, directives, selected]) =>
        `${definition.name}${args.length === 0 ? "" : `(${args.join(", ")})`}${directives}${selected}`,
    );
  }

  function selection(type: GraphQLOutputType, depth: number): fc.Arbitrary<string> {
    const named = isNonNullType(type) ? type.ofType : type;
    if (isListType(named)) return selection(named.ofType, depth);
    return isObjectType(named) ? fields(named, depth - 1).map((text) => ` { ${text} }`) : nothing;
  }

  /** Each under an alias of its own, since two of one name would have to be equal. */
  function fields(type: GraphQLObjectType, depth: number): fc.Arbitrary<string> {
    const known = fc.constantFrom(...Object.values(type.getFields())).chain((definition) => field(definition, depth));
    const inline = known.map((text) => `... on ${type.name} { ${text} }`);
    const spread = fc.constant(type.name === "Article" ? "...F" : "__typename");
    const chosen = fc.oneof({ weight: 20, arbitrary: known }, { weight: 2, arbitrary: spread }, { weight: 1, arbitrary: inline });
    const all = fc.array(seldom(chosen, oddField), { minLength: 1, maxLength: 4 });
    return all.map((texts) => texts.map((text, n) => (/^[a-zA-Z]/.test(text) ? `a${n}_${type.name}: ${text}` : text)).join(" "));
  }

  const mutation = schema.getMutationType();
  const operation = fc
    .constantFrom(...operations)
    .chain((type) => fields(type, 4).map((text) => `${type === mutation ? "mutation" : "query"} { ${text} }`));
  const fragment = seldom(fc.constant("fragment F on Article { id title }"), fc.constant("fragment F on Article { ...F }"));
  return fc.tuple(operation, fragment).map(([text, used]) => (text.includes("...F") ? `${text} ${used}` : text));
}

const nothing = fc.constant("");
const quoted = hostileText.map((text) => JSON.stringify(text.slice(0, 300)));
const odd = fc.oneof(
  quoted,
  fc.constantFrom("null", "0", "-1", "1.5", "2147483648", "1e3", "true", "UNKNOWN", "[]", "{}", "[[[1]]]", "$x"),
);
const oddField = fc.constantFrom("unknown", "...G", "__proto__", "constructor", "__schema { types { name } }");
const directive = fc.constantFrom("", "", "", " @skip(if: false)", " @include(if: true)");
const oddDirective = fc.constantFrom(" @unknown", " @skip", " @deprecated", " @skip(if: false) @skip(if: false)");
