import { ArticleSchema } from "./article.ts";

const { maxItems: tags_max = 0 } = ArticleSchema.properties.tags;

/**
 * `value` as TypeBox can say what is wrong with it at little cost. It takes every tag apart to find repeats, though it be nested a million
 * deep (a stack overflow), and all of them, though they be a million (measured: 2.5 s): tags that are no text are emptied here, and those
 * behind the first that is too many are left out.
 */
export function explainable(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("tags" in value) || !Array.isArray(value.tags)) return value;
  return { ...value, tags: value.tags.slice(0, tags_max + 1).map(emptied) };
}

function emptied(tag: unknown): unknown {
  if (Array.isArray(tag)) return [];
  return typeof tag === "object" && tag !== null ? {} : tag;
}
