import type { ArticleField, Status } from "../article/article.ts";
import type { Decide, NewArticle } from "../article/commands.ts";
import type { RecordContent } from "../article/event-log.ts";
import type { WriteCondition } from "./write-condition.ts";

/** What tells one version of an article from another, and who may see it. */
export interface ArticleHead {
  readonly id: number;
  readonly version: number;
  readonly status: Status;
  readonly updated_at: string;
}

/** An article as PostgreSQL wrote it: `json` is the wire form, with the fields that were asked for, ready to be sent. */
export interface StoredArticle extends ArticleHead {
  readonly json: string;
}

export interface ArticleFilter {
  readonly status?: Status;
  readonly category?: string;
  readonly author?: string;
  readonly tag?: string;
}

export const sortFields = ["created_at", "updated_at", "published_at", "title", "views_count"] as const;
export interface Sort {
  readonly field: (typeof sortFields)[number];
  readonly descending: boolean;
}

/** Where the next page begins: behind this article. `value` is the sort field's, null for a missing date. */
export interface Position {
  readonly value: string | number | null;
  readonly id: number;
}

export interface ListQuery {
  readonly filter: ArticleFilter;
  readonly sort: Sort;
  readonly start: { readonly offset: number } | { readonly after: Position };
  readonly limit: number;
  readonly fields?: readonly ArticleField[];
  readonly with_total: boolean;
}

export interface SearchQuery {
  readonly terms: string;
  readonly filter: ArticleFilter;
  readonly offset: number;
  readonly limit: number;
  readonly fields?: readonly ArticleField[];
  readonly with_total: boolean;
}

/** `items_json` is a JSON array. Items and total come from one snapshot. `next` is null at the end. */
export interface ListPage {
  readonly items_json: string;
  readonly count: number;
  readonly total: number | null;
  readonly next: Position | null;
}

/**
 * Reads, the same over DB1 and DB2. Calls of one turn of the event loop may share a statement. When `signal` aborts, nobody waits
 * any more: what has not begun is not, and a list or search that runs is stopped. A statement that others share runs to its end.
 */
export interface ArticleReads {
  get(id: number, fields?: readonly ArticleField[], signal?: AbortSignal): Promise<StoredArticle | undefined>;
  /** For three fifths of what `get` costs DB1. */
  getHead(id: number, signal?: AbortSignal): Promise<ArticleHead | undefined>;
  /** In the order of `ids`, missing ones left out. */
  getMany(ids: readonly number[], fields?: readonly ArticleField[], signal?: AbortSignal): Promise<readonly StoredArticle[]>;
  list(query: ListQuery, signal?: AbortSignal): Promise<ListPage>;
  search(query: SearchQuery, signal?: AbortSignal): Promise<ListPage>;
  /** Articles by status, from kept counts: its cost does not grow with the table. */
  counts(): Promise<Readonly<Record<Status, number>>>;
}

/** What a write left behind. */
export interface Written {
  readonly article: StoredArticle;
  readonly change: "created" | "changed" | "unchanged";
}

/** Writes: the row and its outbox row in one statement. Resolve only after the commit that they are in. */
export interface ArticleWrites {
  create(article: NewArticle, origin: WriteOrigin): Promise<Written>;
  /**
   * Reads the article, lets `decide` (pure) choose, and writes if nobody was faster; else once more under a row lock.
   * `condition` is what the caller demands of the article as it is then. Throws not_found, precondition_failed, and what `decide` throws.
   */
  change(id: number, condition: WriteCondition | undefined, decide: Decide, origin: WriteOrigin): Promise<Written>;
  /** Answers the version of the deletion. Throws not_found, precondition_failed. */
  remove(id: number, condition: WriteCondition | undefined, origin: WriteOrigin): Promise<{ readonly version: number }>;
}

/** What travels with an event so that one trace finds the write in every log. */
export interface WriteOrigin {
  readonly traceparent?: string;
}

/** An answer as it was first given; kept and repeated byte for byte. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface IdempotentRequest {
  readonly caller: string;
  readonly key: string;
  /** SHA-256 over method, path, If-Match and body, in hex. */
  readonly fingerprint: string;
}

/** `keep: false` undoes whatever was written and forgets the key, so that the request can be tried again. */
export interface HandledAnswer {
  readonly answer: KeptAnswer;
  readonly keep: boolean;
}

export interface IdempotencyKeys {
  /**
   * Runs `handle` once per key: its writes and its answer are committed together. The same request again gets the first answer.
   * Throws idempotency_key_reused for another request under the key, idempotency_in_progress (with retry_after_s) for one still running
   * in this process or, after a short lock wait, in another.
   */
  run(request: IdempotentRequest, handle: (writes: ArticleWrites) => Promise<HandledAnswer>): Promise<KeptAnswer>;
  /** Deletes up to 5,000 keys older than `ttl_hours`; answers how many. */
  expire(ttl_hours: number): Promise<number>;
}

export interface ViewCounts {
  /** Counts one view in memory. Never throws, never waits. */
  count(id: number): void;
  /** Writes what was counted, with `article.viewed` events; keeps it when that fails. In a rush it is only put down: see `settle`. */
  flush(): Promise<void>;
  /**
   * Counts what flushes of a rush have put down, of whichever process: a part of it while the rush goes on, else all, until `stop` aborts.
   */
  settle(stop: AbortSignal): Promise<void>;
}

/**
 * An event waiting to be published: the finished event (its epoch is DB1's when the row is taken) under its key, with headers.
 * Events of one row have one `id`, and leave together.
 */
export interface OutboxRow extends RecordContent {
  readonly id: number;
  /** The partition of the log that it concerns; undefined for an event of an article. */
  readonly partition?: number;
}

export interface Outbox {
  /** The events of the `limit` oldest rows but `except`, in order. */
  take(limit: number, except?: readonly number[]): Promise<readonly OutboxRow[]>;
  remove(ids: readonly number[]): Promise<void>;
  /** Takes a row that cannot be published out of the others' way, to be looked at by a person. */
  park(id: number, reason: string, error: string): Promise<void>;
  /** The id of the newest row that waits; 0 when none does. */
  last(): Promise<number>;
  /** Whether no row up to this id waits any more. */
  hasSent(id: number): Promise<boolean>;
  state(): Promise<{ readonly pending: number; readonly oldest_age_s: number }>;
}
