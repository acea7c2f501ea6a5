import { and, type SQL, sql } from "drizzle-orm";
import {
  type AnyPgColumn,
  bigint,
  customType,
  type IndexBuilder,
  index,
  integer,
  type PgColumnBuilderBase,
  text,
  timestamp,
} from "drizzle-orm/pg-core";
import { type ArticleField, type Status, statuses } from "../article/article.ts";

export const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });

/** Milliseconds, as the wire has them: a cursor made of a finer column would skip rows. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: "string" });

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

/**
 * Each sort has an index with the id behind it, walked in either direction. Behind a filter that matches much, the
 * planner walks the sort's index and skips what does not match; behind one that matches little, it takes the filter's
 * index and sorts the few. With `status` it would guess wrong, since dates are not independent of it (drafts have no
 * published_at, archived articles are old ones): so each status has its own index of each date. A row is in one of them.
 * `title` sorts by its bytes, alike on every server whatever its collation.
 */
export function articleIndexes(
  table: Readonly<Record<keyof typeof articleColumns | "id", AnyPgColumn>>,
  alive?: SQL,
): IndexBuilder[] {
  const { id, created_at, updated_at, published_at } = table;
  const where = (indexed: IndexBuilder, condition?: SQL) => {
    const both = and(alive, condition);
    return both ? indexed.where(both) : indexed;
  };
  const ofStatus = statuses.flatMap((status) =>
    [created_at, updated_at, published_at].map((date) =>
      where(index(`articles_${status}_${date.name}`).on(date, id), sql`${table.status} = ${sql.raw(`'${status}'`)}`),
    ),
  );
  return [
    where(index("articles_created_at").on(created_at, id)),
    where(index("articles_updated_at").on(updated_at, id)),
    where(index("articles_published_at").on(published_at, id)),
    ...ofStatus,
    where(index("articles_title").on(sql`${table.title} COLLATE "C"`, id)),
    where(index("articles_category").on(table.category, created_at, id)),
    where(index("articles_author").on(table.author, created_at, id)),
    where(index("articles_tags").using("gin", table.tags)),
  ];
}

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
