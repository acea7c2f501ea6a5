import { ArticleSchema, articleFields, limits, type Status, statuses } from "../article/article.ts";
import { Text } from "../article/text.ts";
import { type ArticleFilter, type Sort, sortFields } from "../store/article-store.ts";
import { cursor_length_max } from "./cursor.ts";
import {
  booleanParameter,
  choiceParameter,
  listParameter,
  numberParameter,
  textParameter,
  wholeNumber,
} from "./parameter-kinds.ts";
import type { Values } from "./parameters.ts";

export const per_page_max = 100;
export const per_page_default = 10;
export const ids_max = 100;
/** Far behind any page that has something on it, and its offset is still exact in a double. */
const page_max = 2_147_483_647;
/** Longer than anything that people type, short enough that the query is parsed in microseconds. */
const q_length_max = 500;

export const defaultSort: Sort = { field: "created_at", descending: true };

const { category, author, tags } = ArticleSchema.properties;
const fieldNames = new Map(articleFields.map((field) => [String(field), field]));
const statusNames = new Map<string, Status>(statuses.map((status) => [status, status]));
const sorts = new Map(
  sortFields.flatMap((field): [string, Sort][] => [
    [field, { field, descending: false }],
    [`-${field}`, { field, descending: true }],
  ]),
);

export const fieldsParameter = {
  fields: listParameter(
    {
      items: { type: "string", enum: articleFields },
      items_max: articleFields.length,
      allowed: `a comma list of ${articleFields.join(", ")}`,
      repeats: false,
      item: (text) => fieldNames.get(text),
    },
    { description: "Only these fields of each article", example: ["id", "title"] },
  ),
};

const filterParameters = {
  status: choiceParameter(statusNames, { description: "Only articles in this status", example: "published" }),
  category: textParameter(category, { description: "Only articles of this category", example: "engineering" }),
  author: textParameter(author, { description: "Only articles by this author", example: "Ada Lovelace" }),
  tag: textParameter(tags.items, { description: "Only articles with this tag", example: "kafka" }),
};

const pageParameters = {
  page: numberParameter({ minimum: 1, maximum: page_max, default: 1 }, { description: "Page, from 1; not together with cursor" }),
  per_page: numberParameter(
    { minimum: 1, maximum: per_page_max, default: per_page_default },
    { description: "Articles on a page; with ids the default is 100" },
  ),
};

/** GET /api/v1/articles */
export const listParameters = {
  ...pageParameters,
  ...filterParameters,
  ids: listParameter(
    {
      items: { type: "integer", minimum: 1, maximum: limits.id_max },
      items_max: ids_max,
      allowed: `a comma list of numbers from 1 to ${limits.id_max}`,
      repeats: true,
      item: (text) => wholeNumber(text, 1, limits.id_max),
    },
    {
      description: "Exactly these articles, in this order, missing ones left out; not together with sort or cursor",
      example: [2, 1],
    },
  ),
  count_views: booleanParameter(false, { description: "With ids: each published article that is found counts a view" }),
  sort: choiceParameter(sorts, { description: "Order; missing dates come last both ways", default: "-created_at" }),
  cursor: textParameter(Text({ minLength: 1, maxLength: cursor_length_max }), {
    description: "next_cursor of the page before, with the same sort and filters; not together with page",
  }),
  with_total: booleanParameter(true, { description: "false leaves total and pages null, and saves counting" }),
  ...fieldsParameter,
};

/** GET /api/v1/articles/search */
export const searchParameters = {
  q: textParameter(Text({ minLength: 1, maxLength: q_length_max }), {
    description:
      'Words to find; "a phrase", or and -without are understood. Case, accents and endings do not matter. Of a content the first 120,000 characters are searched (of Korean at least 40,000), of one in plain ASCII the first 262,144',
    example: "replication",
    required: true,
  }),
  ...pageParameters,
  ...filterParameters,
  ...fieldsParameter,
};

/** The filters among the values of a list or a search. */
export function filterOf(values: Values<typeof filterParameters>): ArticleFilter {
  const { status, category, author, tag } = values;
  return {
    ...(status !== undefined && { status }),
    ...(category !== undefined && { category }),
    ...(author !== undefined && { author }),
    ...(tag !== undefined && { tag }),
  };
}
