import type { ArticleField } from "../article/article.ts";
import type { ErrorEntry } from "../article/errors.ts";

/** GraphQL's fields of an article, and REST's. */
export const restFields = {
  id: "id",
  title: "title",
  content: "content",
  author: "author",
  category: "category",
  tags: "tags",
  status: "status",
  viewsCount: "views_count",
  version: "version",
  createdAt: "created_at",
  updatedAt: "updated_at",
  publishedAt: "published_at",
} as const satisfies Record<string, ArticleField>;

export function isArticleFieldName(name: string): name is keyof typeof restFields {
  return Object.hasOwn(restFields, name);
}

/** `-createdAt` as REST says it; REST's own names, and what is no name at all, pass: REST judges them. */
export function toRestSort(sort: string): string {
  const descending = sort.startsWith("-");
  const name = descending ? sort.slice(1) : sort;
  return isArticleFieldName(name) ? `${descending ? "-" : ""}${restFields[name]}` : sort;
}

const graphqlWords: ReadonlyMap<string, string> = new Map([
  ...Object.entries(restFields).map(([graphql, rest]) => [rest, graphql] as const),
  ["per_page", "perPage"],
  ["next_cursor", "nextCursor"],
  ["If-Match", "ifVersion"],
]);
const restWords = new RegExp(`(?<![\\w/])(${[...graphqlWords.keys()].filter(isCompound).join("|")})(?![\\w-])`, "g");

function isCompound(word: string): boolean {
  return word.includes("_") || word.includes("-");
}

const bodyPointers = /(?<![\w/])\/(title|content|author|category|tags|status)(?!\w)/g;

/** A message of REST's in GraphQL's words: `per_page` becomes `perPage`, `/title` becomes `/input/title`. */
export function toGraphqlText(text: string): string {
  return text
    .replace(restWords, (word) => graphqlWords.get(word) ?? word)
    .replace(bodyPointers, "/input/$1")
    .replace(/^q (?=is|has|holds)/, "query ");
}

const filters = new Set(["status", "category", "author", "tag"]);

/**
 * Where REST found a fault, as a JSON pointer (RFC 6901) into the arguments of the GraphQL field at the error's `path`:
 * `/tags/3` of a body becomes `/input/tags/3`, parameter `per_page` becomes `/perPage`, `category` becomes `/filter/category`.
 */
export function toGraphqlEntry(entry: ErrorEntry): ErrorEntry {
  return { ...entry, pointer: toArgumentPointer(entry.pointer), detail: toGraphqlText(entry.detail) };
}

function toArgumentPointer(pointer: string): string {
  if (pointer === "" || pointer.startsWith("/")) return `/input${pointer}`;
  if (filters.has(pointer)) return `/filter/${pointer}`;
  if (pointer === "q") return "/query";
  if (pointer === "ids") return "/id";
  return `/${graphqlWords.get(pointer) ?? pointer}`;
}
