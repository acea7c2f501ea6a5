import type { ArticleField } from "../article/article.ts";

/** What a row of `articles` has, besides its id, in both databases. */
type Column = Exclude<ArticleField, "id" | "views_count">;

/** Their types in SQL: the one place where statements have them from. A test holds them against the tables. */
const columnTypes = {
  title: "text",
  content: "text",
  author: "text",
  category: "text",
  tags: "text[]",
  status: "text",
  version: "integer",
  created_at: "timestamptz",
  updated_at: "timestamptz",
  published_at: "timestamptz",
} as const satisfies Record<Column, string>;

export const columns: readonly Column[] = Object.keys(columnTypes).filter((name): name is Column => name in columnTypes);

/** `title, content, …`, of `table` when it is given. */
export function columnList(table?: string): string {
  return columns.map((name) => (table === undefined ? name : `${table}.${name}`)).join(", ");
}

/** `title text, content text, …`: for rows read out of JSON. */
export const columnDefinitions = columns.map((name) => `${name} ${columnTypes[name]}`).join(", ");

/** `title = row.title, content = row.content, …` */
export function columnsSetFrom(row: string): string {
  return columns.map((name) => `${name} = ${row}.${name}`).join(", ");
}

/** `title = $1::text` */
export function columnSetTo(name: Column, placeholder: string): string {
  return `${name} = ${placeholder}::${columnTypes[name]}`;
}
