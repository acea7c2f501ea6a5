import { type SQL, sql } from "drizzle-orm";
import { bigint, customType, integer, type PgColumnBuilderBase, text, timestamp } from "drizzle-orm/pg-core";
import { type ArticleField, type Status, statuses } from "../article/article.ts";

const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });

/** Milliseconds, as the wire has them: a cursor made of a finer column would skip rows. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: "string" });

/** `title` sorts by its bytes, alike on every server whatever its collation. */
export const titleOrder = (title: unknown): SQL => sql`${title} COLLATE "C"`;

/** The columns of an article that both databases have; `views_count` lives in a table of its own. */
export const articleColumns = {
  title: text("title").notNull(),
  content: text("content").notNull(),
  author: text("author").notNull(),
  category: text("category").notNull(),
  tags: text("tags").array().notNull(),
  status: text("status", { enum: statuses }).$type<Status>().notNull(),
  version: integer("version").notNull(),
  created_at: instant("created_at").notNull(),
  updated_at: instant("updated_at").notNull(),
  published_at: instant("published_at"),
} satisfies Record<Exclude<ArticleField, "id" | "views_count">, PgColumnBuilderBase>;

/** What full-text search looks at; the function normalises and bounds it. */
export const searchColumn = () =>
  tsvector("search").generatedAlwaysAs(sql`blog_search_vector("title", "content", "author", "category", "tags")`);

/**
 * Articles by status, in stripes: a transaction adds to the one row of its server process, so writers do not queue
 * behind one another, and the sum over all rows is exact in every snapshot. Triggers keep it. One row, not one a status,
 * so that a transaction never holds one counter while it waits for the next: that cannot deadlock.
 */
export const countColumns = {
  slot: integer("slot").primaryKey(),
  draft: bigint("draft", { mode: "number" }).notNull().default(0),
  published: bigint("published", { mode: "number" }).notNull().default(0),
  archived: bigint("archived", { mode: "number" }).notNull().default(0),
} satisfies Record<Status | "slot", PgColumnBuilderBase>;
