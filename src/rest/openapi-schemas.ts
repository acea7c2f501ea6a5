import { type TObject, type TSchema, Type } from "@sinclair/typebox";
import { ArticleInputSchema, ArticlePatchSchema, ArticleSchema, statuses } from "../article/article.ts";
import { errorCodes, statusOf, titleOf } from "./problem.ts";

/** The one article that all examples tell of. */
export const exampleArticle = {
  id: 1,
  title: "Hello, world",
  content: "The first article of many.",
  author: "Ada Lovelace",
  category: "engineering",
  tags: ["kafka", "postgres"],
  status: statuses[1],
  views_count: 0,
  version: 1,
  created_at: "2026-11-23T09:30:00.000Z",
  updated_at: "2026-11-23T09:30:00.000Z",
  published_at: "2026-11-23T09:30:00.000Z",
};

const { title, content, author, category, tags } = exampleArticle;

const countOrNull = (description: string) => Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], { description });

const problemExample = {
  type: "urn:blog:problem:not_found",
  title: titleOf("not_found"),
  status: statusOf("not_found"),
  detail: "There is no article 42.",
  instance: "/api/v1/articles/42",
  code: "not_found",
  request_id: "019ab0c1-7e3b-7c55-9d0a-3f6f4a1c2b90",
};

const schemas: Readonly<Record<string, TSchema>> = {
  Article: { ...ArticleSchema, examples: [exampleArticle] },
  ArticleInput: { ...ArticleInputSchema, examples: [{ title, content, author, category, tags }] },
  ArticlePatch: { ...withoutDefaults(ArticlePatchSchema), examples: [{ title: "Hello again" }] },
  ArticleSelection: Type.Partial(ArticleSchema, {
    description: "Those fields of an article that `fields` asked for",
    examples: [{ id: 1, title }],
  }),
  ArticleOrSelection: Type.Union([Type.Ref("Article"), Type.Ref("ArticleSelection")]),
  ArticleList: Type.Object(
    {
      items: Type.Array(Type.Ref("ArticleOrSelection")),
      total: countOrNull("Articles in all pages; null when with_total is false"),
      page: countOrNull("Null under a cursor"),
      per_page: Type.Integer({ minimum: 1, maximum: 100 }),
      pages: countOrNull("Null when with_total is false"),
      next_cursor: Type.Union([Type.String(), Type.Null()], { description: "The next page's cursor; null at the end" }),
    },
    {
      additionalProperties: false,
      examples: [{ items: [exampleArticle], total: 1, page: 1, per_page: 10, pages: 1, next_cursor: null }],
    },
  ),
  Problem: Type.Object(
    {
      type: Type.String({ format: "uri", description: "urn:blog:problem: and the code" }),
      title: Type.String(),
      status: Type.Integer({ minimum: 400, maximum: 599 }),
      detail: Type.String(),
      instance: Type.String(),
      code: Type.Unsafe({ type: "string", enum: errorCodes }),
      request_id: Type.String({ description: "Finds the request in the logs" }),
      errors: Type.Optional(
        Type.Array(
          Type.Object({
            pointer: Type.String({ description: "JSON Pointer (RFC 6901) into the body, or the name of a parameter or header" }),
            detail: Type.String(),
            code: Type.String(),
          }),
        ),
      ),
    },
    { description: "Problem details (RFC 9457)", examples: [problemExample] },
  ),
  Health: Type.Object({}, { additionalProperties: true }),
  MetricsText: Type.String(),
};

/** A patch leaves alone what it leaves out. */
function withoutDefaults(schema: TObject): TSchema {
  const properties = Object.entries(schema.properties).map(([name, { default: _, ...property }]) => [name, property]);
  return { ...schema, properties: Object.fromEntries(properties) };
}

/** The schemas by name, as plain JSON Schema 2020-12. */
export function schemaComponents(): Record<string, unknown> {
  return JSON.parse(JSON.stringify(schemas), withoutInternals);
}

/** TypeBox's own kinds are symbols, which JSON leaves out; names of schemas become references within the document. */
function withoutInternals(this: unknown, key: string, value: unknown): unknown {
  if (key === "$id") return undefined;
  if (key === "$ref" && typeof value === "string" && !value.startsWith("#")) return `#/components/schemas/${value}`;
  return value;
}
