import { type Static, Type } from "@sinclair/typebox";
import { OneOf, Text } from "./text.ts";

/** The limits that are not plain lengths of a field. */
export const limits = {
  content_bytes_max: 1_048_576,
  /** Escapes make 1 MiB of content up to 6 MiB of JSON; the rest of an article fits in the seventh. */
  body_bytes_max: 7 * 1_048_576,
  /** An article has 26 values at most; who sends thousands means something else by it. */
  body_values_max: 10_000,
  /** Ids are JSON numbers, exact in every reader up to here (RFC 8259, section 6). */
  id_max: Number.MAX_SAFE_INTEGER,
} as const;

export const statuses = ["draft", "published", "archived"] as const;
export type Status = (typeof statuses)[number];

/** RFC 3339, UTC, milliseconds: `2026-11-23T09:30:00.000Z`. */
const instantPattern = "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$";
const Instant = (description: string) =>
  Type.String({ format: "date-time", pattern: instantPattern, description, examples: ["2026-11-23T09:30:00.000Z"] });

/** What the caller decides about an article. */
const writable = {
  title: Text({ minLength: 1, maxLength: 200, description: "Title", examples: ["Hello, world"] }),
  content: Text({
    minLength: 1,
    maxLength: limits.content_bytes_max,
    maxBytes: limits.content_bytes_max,
    description: "Text of the article, at most 1,048,576 bytes of UTF-8",
    examples: ["The first article of many."],
  }),
  author: Text({ minLength: 1, maxLength: 100, description: "Author's name", examples: ["Ada Lovelace"] }),
  category: Text({ minLength: 1, maxLength: 50, description: "Category", default: "general", examples: ["engineering"] }),
  tags: Type.Array(Text({ minLength: 1, maxLength: 50, examples: ["kafka"] }), {
    maxItems: 20,
    uniqueItems: true,
    default: [],
    description: "Tags, each once",
    examples: [["kafka", "postgres"]],
  }),
  status: OneOf(statuses, { default: "draft" }),
};

/** The article on the wire: the one source of its types, validation, OpenAPI and columns. */
export const ArticleSchema = Type.Object(
  {
    id: Type.Integer({ minimum: 1, maximum: limits.id_max, description: "Number of the article", examples: [1] }),
    ...writable,
    views_count: Type.Integer({ minimum: 0, maximum: limits.id_max, description: "Reads by id while published", examples: [0] }),
    version: Type.Integer({
      minimum: 1,
      maximum: 2_147_483_647,
      description: "One more at each change; also the ETag",
      examples: [1],
    }),
    created_at: Instant("When it was created"),
    updated_at: Instant("When it was last changed"),
    published_at: Type.Union([Instant("When it was first published, null until then"), Type.Null()]),
  },
  { $id: "Article", additionalProperties: false },
);
export type Article = Static<typeof ArticleSchema>;

export type ArticleField = keyof Article;
export const articleFields = Object.keys(ArticleSchema.properties) as readonly ArticleField[];

/** What POST and PUT take: title, content and author are required, the rest has defaults. */
export const ArticleInputSchema = Type.Object(
  {
    title: writable.title,
    content: writable.content,
    author: writable.author,
    category: Type.Optional(writable.category),
    tags: Type.Optional(writable.tags),
    status: Type.Optional(writable.status),
  },
  { $id: "ArticleInput", additionalProperties: false },
);
export type ArticleInput = Static<typeof ArticleInputSchema>;

/** What PATCH takes: only what shall change. */
export const ArticlePatchSchema = Type.Partial(ArticleInputSchema, { $id: "ArticlePatch" });
export type ArticlePatch = Static<typeof ArticlePatchSchema>;

/** The part of an article that a caller writes, complete. */
export type ArticleContent = Required<ArticleInput>;

export function withDefaults(input: ArticleInput): ArticleContent {
  return { category: writable.category.default ?? "general", tags: [], status: "draft", ...input };
}
