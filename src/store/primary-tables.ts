import { sql } from "drizzle-orm";
import { bigint, boolean, check, index, integer, pgTable, primaryKey, smallint, text, uuid } from "drizzle-orm/pg-core";
import { limits } from "../article/article.ts";
import { articleColumns, articleIndexes, countColumns, instant, tsvector } from "./article-columns.ts";

export const articles = pgTable(
  "articles",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedByDefaultAsIdentity(),
    ...articleColumns,
    /** What full-text search looks at; the function normalises and bounds it. */
    search: tsvector("search").generatedAlwaysAs(sql`blog_search_vector("title", "content", "author", "category", "tags")`),
  },
  (table) => [
    ...articleIndexes(table),
    index("articles_search").using("gin", table.search),
    check("articles_title_length", sql`char_length(${table.title}) BETWEEN 1 AND 200`),
    check("articles_content_bytes", sql`octet_length(${table.content}) BETWEEN 1 AND ${sql.raw(`${limits.content_bytes_max}`)}`),
    check("articles_author_length", sql`char_length(${table.author}) BETWEEN 1 AND 100`),
    check("articles_category_length", sql`char_length(${table.category}) BETWEEN 1 AND 50`),
    check("articles_tags_count", sql`cardinality(${table.tags}) <= 20`),
    check("articles_status", sql`${table.status} IN ('draft', 'published', 'archived')`),
    check("articles_version", sql`${table.version} > 0`),
  ],
);

/** Apart from the article: a column there would rewrite its indexes at every flush. A trigger makes and removes the row. */
export const articleViews = pgTable(
  "article_views",
  {
    id: bigint("id", { mode: "number" }).primaryKey(),
    views: bigint("views", { mode: "number" }).notNull().default(0),
  },
  (table) => [
    index("article_views_views").on(table.views, table.id),
    check("article_views_views_sign", sql`${table.views} >= 0`),
  ],
);

/**
 * Views of a rush that wait to be counted: `views[n]` more of the article `ids[n]`, a thousand articles a row. `from_id` is the
 * least of them, so that rows take their turn all around the articles.
 */
export const viewsBacklog = pgTable("views_backlog", {
  id: bigint("id", { mode: "number" }).primaryKey().generatedByDefaultAsIdentity(),
  from_id: bigint("from_id", { mode: "number" }).notNull(),
  ids: bigint("ids", { mode: "number" }).array().notNull(),
  views: bigint("views", { mode: "number" }).array().notNull(),
});

export const articleCounts = pgTable("article_counts", countColumns);

/**
 * Events that wait to be published. `data` is JSON text; the epoch is added when a row is taken. `partition` is set where
 * an event concerns a partition instead of an article. A `verbatim` row's data is a whole record instead (`verbatim-record.ts`).
 */
export const outbox = pgTable("outbox", {
  id: bigint("id", { mode: "number" }).primaryKey().generatedByDefaultAsIdentity(),
  article_id: bigint("article_id", { mode: "number" }).notNull(),
  event_id: uuid("event_id").notNull().default(sql`uuidv7()`),
  event_type: text("event_type").notNull(),
  data: text("data").notNull(),
  created_at: instant("created_at").notNull().default(sql`clock_timestamp()`),
  traceparent: text("traceparent"),
  partition: integer("partition"),
  verbatim: boolean("verbatim").notNull().default(false),
});

/** Rows of the outbox that the log does not take, out of the way of the others. They keep their ids, and go back under them. */
export const parkedEvents = pgTable("parked_events", {
  id: bigint("id", { mode: "number" }).primaryKey(),
  article_id: bigint("article_id", { mode: "number" }).notNull(),
  event_id: uuid("event_id").notNull(),
  event_type: text("event_type").notNull(),
  data: text("data").notNull(),
  created_at: instant("created_at").notNull(),
  traceparent: text("traceparent"),
  partition: integer("partition"),
  verbatim: boolean("verbatim").notNull(),
  parked_at: instant("parked_at").notNull().default(sql`clock_timestamp()`),
  reason: text("reason").notNull(),
  error: text("error").notNull(),
});

/** Each run of `blog resync`, by the epoch that it raised: how far it is, so that it goes on where it was cut off. */
export const resyncs = pgTable("resyncs", {
  epoch: integer("epoch").primaryKey(),
  /** Identity of the DB2 that it was started for. */
  replica: uuid("replica").notNull(),
  /** The last id that is sent, and how many articles that were. */
  sent_to: bigint("sent_to", { mode: "number" }).notNull().default(0),
  sent: bigint("sent", { mode: "number" }).notNull().default(0),
  started_at: instant("started_at").notNull().default(sql`clock_timestamp()`),
  moved_at: instant("moved_at").notNull().default(sql`clock_timestamp()`),
  /** When everything was sent, and each partition's `resync.completed` with it. */
  sent_at: instant("sent_at"),
});

/** Answers kept under a key. `status` is null only inside the transaction that is finding the answer. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    caller: text("caller").notNull(),
    key: text("key").notNull(),
    fingerprint: text("fingerprint").notNull(),
    status: smallint("status"),
    headers: text("headers"),
    body: text("body"),
    created_at: instant("created_at").notNull().default(sql`clock_timestamp()`),
  },
  (table) => [primaryKey({ columns: [table.caller, table.key] }), index("idempotency_keys_created_at").on(table.created_at)],
);

/** The one row of what DB1 knows about itself. `feeds_replica` is the identity of the DB2 that it feeds without Kafka. */
export const blogState = pgTable(
  "blog_state",
  {
    only: boolean("only").primaryKey().default(true),
    epoch: integer("epoch").notNull().default(1),
    feeds_replica: uuid("feeds_replica"),
  },
  (table) => [check("blog_state_only", sql`${table.only}`), check("blog_state_epoch", sql`${table.epoch} > 0`)],
);
