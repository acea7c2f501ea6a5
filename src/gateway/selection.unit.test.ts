import { expect, test } from "bun:test";
import { buildSchema, type GraphQLResolveInfo, graphqlSync } from "graphql";
import { articleFields, subfields } from "./selection.ts";

const schema = buildSchema(
  "type Query { article: Article } type Article { id: ID title: String content: String viewsCount: Int }",
);

function selected(query: string, variableValues: Record<string, unknown> = {}) {
  let fields: readonly string[] = [];
  const article = (_: unknown, __: unknown, info: GraphQLResolveInfo) => {
    fields = articleFields(info.fieldNodes, info);
    return null;
  };
  const result = graphqlSync({ schema, source: query, rootValue: { article }, fieldResolver: fieldOf(article), variableValues });
  expect(result.errors).toBeUndefined();
  return fields.toSorted();
}

function fieldOf(article: (source: unknown, args: unknown, info: GraphQLResolveInfo) => unknown) {
  return (source: unknown, args: unknown, _: unknown, info: GraphQLResolveInfo) =>
    info.fieldName === "article" ? article(source, args, info) : null;
}

test("plain, aliased, and repeated fields, by REST's names", () => {
  expect(selected("{ article { id n: viewsCount m: viewsCount __typename } article { title } }")).toEqual([
    "id",
    "title",
    "views_count",
  ]);
});

test("fragments, inline and named, nested and repeated", () => {
  const query =
    "{ article { ...A ... on Article { id } ... { title } } } fragment A on Article { ...B ...B } fragment B on Article { content }";
  expect(selected(query)).toEqual(["content", "id", "title"]);
});

test("@skip and @include decide, on fields, fragments and both at once", () => {
  const query = `query($yes: Boolean!, $no: Boolean!) {
    article {
      id @include(if: $no)
      title @skip(if: $no) @include(if: $yes)
      viewsCount @include(if: $yes) @skip(if: $yes)
      ...C @include(if: $no)
      ... @skip(if: $yes) { content }
    }
  } fragment C on Article { content }`;
  expect(selected(query, { yes: true, no: false })).toEqual(["title"]);
});

test("a field without a selection has nothing under it", () => {
  expect(subfields([], { fragments: {}, variableValues: {} }).size).toBe(0);
});
