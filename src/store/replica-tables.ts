import { sql } from "drizzle-orm";
import { bigint, boolean, check, customType, index, integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { articleColumns, articleIndexes, countColumns, instant, tsvector } from "./article-columns.ts";

const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });

/**
 * A deleted article stays as a tombstone in the same row, content emptied, so that no older event can bring it back.
 * Indexes leave tombstones out. No length is checked here: a CHECK that fails
 * (SQLSTATE 23…) makes the event a dead letter.
 */
export const articles = pgTable(
  "articles",
  {
    id: bigint("id", { mode: "number" }).primaryKey(),
    ...articleColumns,
    epoch: integer("epoch").notNull(),
    deleted: boolean("deleted").notNull().default(false),
  },
  (table) => [
    ...articleIndexes(table, sql`NOT ${table.deleted}`),
    check("articles_status", sql`${table.status} IN ('draft', 'published', 'archived')`),
    check("articles_version", sql`${table.version} > 0`),
  ],
);

/**
 * What full-text search looks at, made behind what applies events: two thirds of what a column of `articles` would cost each event
 * (measured: 150 of 200 µs). `epoch` and `version` are the article's of which it was made; `search` is null beside a tombstone, which
 * keeps a late older vector out. Its rows go with the article's, by triggers.
 */
export const articleSearch = pgTable(
  "article_search",
  {
    id: bigint("id", { mode: "number" }).primaryKey(),
    epoch: integer("epoch").notNull(),
    version: integer("version").notNull(),
    search: tsvector("search"),
  },
  (table) => [index("article_search_search").using("gin", table.search)],
);

/**
 * Articles whose row in article_search is to be made anew, oldest first; triggers of `articles` write it. An article may stand in it
 * more than once: with the id as key, who writes an article would wait for who makes its vector.
 */
export const searchPending = pgTable("search_pending", {
  n: bigint("n", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
  id: bigint("id", { mode: "number" }).notNull(),
});

/**
 * Not tied to articles: a count may come before its article. What applies events makes a row with every article
 * (the list by views walks this table), merges by greatest (epoch, views), and removes the row with the tombstone.
 */
export const articleViews = pgTable(
  "article_views",
  {
    id: bigint("id", { mode: "number" }).primaryKey(),
    views: bigint("views", { mode: "number" }).notNull().default(0),
    epoch: integer("epoch").notNull().default(1),
  },
  (table) => [index("article_views_views").on(table.views, table.id)],
);

export const articleCounts = pgTable("article_counts", countColumns);

/** Events that can never be applied, as they came. `id` is PARTITION-OFFSET of the source. */
export const deadLetters = pgTable(
  "dead_letters",
  {
    id: text("id").primaryKey(),
    source_topic: text("source_topic").notNull(),
    source_partition: integer("source_partition").notNull(),
    source_offset: bigint("source_offset", { mode: "number" }).notNull(),
    key: bytea("key"),
    value: bytea("value"),
    /** Header values in base64: they are bytes. */
    headers: jsonb("headers").$type<Readonly<Record<string, string>>>().notNull().default({}),
    reason: text("reason").notNull(),
    error: text("error").notNull(),
    failed_at: instant("failed_at").notNull(),
    attempts: integer("attempts").notNull(),
    replayed_at: instant("replayed_at"),
  },
  (table) => [index("dead_letters_failed_at").on(table.failed_at)],
);

/** Partitions whose `resync.completed` has come, of how many. */
export const resyncCompletions = pgTable(
  "resync_completions",
  {
    epoch: integer("epoch").notNull(),
    partition: integer("partition").notNull(),
    partitions: integer("partitions").notNull(),
  },
  (table) => [primaryKey({ columns: [table.epoch, table.partition] })],
);

/**
 * The one row of what DB2 knows about itself. `epoch`: events of older ones are refused, since a resync has replaced
 * them; `complete_epoch` follows it when nothing older is left. `history_missing`: events expired before they came.
 */
export const blogState = pgTable(
  "blog_state",
  {
    only: boolean("only").primaryKey().default(true),
    identity: uuid("identity").notNull().default(sql`gen_random_uuid()`),
    epoch: integer("epoch").notNull().default(1),
    complete_epoch: integer("complete_epoch").notNull().default(1),
    history_missing: boolean("history_missing").notNull().default(false),
  },
  (table) => [check("blog_state_only", sql`${table.only}`)],
);
