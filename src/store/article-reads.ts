import type { Status } from "../article/article.ts";
import { AppError } from "../article/errors.ts";
import { createSlots } from "../platform/slots.ts";
import type { Dialect } from "./article-filter.ts";
import { articleHead, articleJson, fieldSet, storedArticle, viewsJoin } from "./article-json.ts";
import type { ArticleHead, ArticleReads, ListPage, ListQuery, Position, SearchQuery, StoredArticle } from "./article-store.ts";
import type { Database, Statement } from "./database.ts";
import { createGatherer } from "./gatherer.ts";
import { listStatement } from "./list-statement.ts";
import { plannedOnce } from "./planned-once.ts";
import { searchStatement } from "./search-statement.ts";
import { createSharedReads } from "./shared-reads.ts";
import { createStatementNames } from "./statement-names.ts";

interface ListRow {
  readonly items_json: string;
  readonly count: number;
  readonly more: boolean;
  readonly last_id: number | null;
  readonly last_value: string | number | null;
  readonly total: number | null;
}

export interface ArticleReadsParts {
  readonly database: Database;
  readonly dialect: Dialect;
  /** Of the database's connections: a search may take seconds, and reads by id and writes shall find one meanwhile. */
  readonly searches_at_once?: number;
}

/** As long as anybody waits for a page. What takes longer is a search for words that stand in millions of articles. */
const page_timeout_ms = 10_000;
const searches_waiting_max = 200;
/** As for a connection. */
const search_wait_max_ms = 5_000;

/**
 * Reads of articles as JSON that PostgreSQL wrote, the same over DB1 and DB2 (`dialect`), where tombstones are not seen.
 * Point reads of one turn of the event loop share a statement, and so do equal lists and equal searches. Rejects with what the database rejects with.
 */
export function createArticleReads({ database, dialect, searches_at_once = 5 }: ArticleReadsParts): ArticleReads {
  const names = {
    get: createStatementNames("get"),
    list: createStatementNames("list", page_timeout_ms),
    search: createStatementNames("search", page_timeout_ms),
  };
  const searching = createSlots({
    at_once: searches_at_once,
    waiting_max: searches_waiting_max,
    wait_max_ms: search_wait_max_ms,
    refused: () => new AppError("unavailable", "There are too many searches at the moment.", { retry_after_s: 1 }),
  });

  const texts = createGetTexts(dialect);

  function createPointReads<Row extends ArticleHead>(statementFor: (group: string) => Statement) {
    return createGatherer<number, Row | undefined>({
      // One is made up while the other is answered; more would be smaller ones, and the same rows in more time.
      in_flight_max: 2,
      // Not all that wait: while PostgreSQL read for everybody, this thread would have nothing to do. Also the bytes of one answer.
      batch_items_max: 16,
      waiting_max: 10_000,
      origins: database.origins,
      async run(ids, group) {
        const { rows } = await database.query<Row>(statementFor(group), [[...new Set(ids)]]);
        const found = new Map(rows.map((row) => [row.id, row]));
        return ids.map((id) => found.get(id));
      },
    });
  }

  const gather = createPointReads<StoredArticle>((fields) => names.get(texts(fields), fields === ""));
  const get: ArticleReads["get"] = (id, fields, signal) => gather(id, fields && fieldSet(fields).join(), signal);

  const head = names.get(pointRead(articleHead, "", dialect), true);
  const gatherHeads = createPointReads<ArticleHead>(() => head);

  async function runList(query: ListQuery, signal?: AbortSignal): Promise<ListPage> {
    const { text, values, plan_fits_all } = listStatement(withFieldSet(query), dialect);
    const { rows } = await database.query<ListRow>(
      plan_fits_all ? names.list(text, isCommonList(query)) : { kind: "list", text, timeout_ms: page_timeout_ms },
      values,
      signal,
    );
    const [row] = rows;
    if (row === undefined) throw new Error("a list answered no row");
    return { items_json: row.items_json, count: row.count, total: row.total, next: nextOf(row) };
  }

  async function runSearch(query: SearchQuery, signal?: AbortSignal): Promise<ListPage> {
    const { text, values } = searchStatement(withFieldSet(query), dialect);
    const statement = names.search(text, isCommonPage(query));
    const giveBack = await searching.take(signal);
    try {
      const { rows } = await database.query<Omit<ListPage, "next">>(statement, values, signal);
      const [row] = rows;
      if (row === undefined) throw new Error("a search answered no row");
      return { ...row, next: null };
    } finally {
      giveBack();
    }
  }

  const list = createSharedReads({ run: runList, origins: database.origins });
  const search = createSharedReads({ run: runSearch, origins: database.origins });

  async function counts(): Promise<Readonly<Record<Status, number>>> {
    const { rows } = await database.query<Record<Status, number>>(countsStatement);
    return rows[0] ?? { draft: 0, published: 0, archived: 0 };
  }

  return {
    get,
    getHead: (id, signal) => gatherHeads(id, undefined, signal),
    async getMany(ids, fields, signal) {
      const found = await Promise.all(ids.map((id) => get(id, fields, signal)));
      return found.filter((article) => article !== undefined);
    },
    list: (query, signal) => list(JSON.stringify(query), query, signal),
    search: (query, signal) => search(JSON.stringify(query), query, signal),
    counts,
  };
}

const countsStatement = {
  name: "counts",
  text: `SELECT coalesce(sum(draft), 0)::bigint AS draft, coalesce(sum(published), 0)::bigint AS published,
  coalesce(sum(archived), 0)::bigint AS archived FROM article_counts`,
};

/** Selections whose statement is kept ready, of the 4,096 that there are. */
const kept_texts_max = 256;

/** The statement's text for each selection, made once: to make it takes as long as to serve an article. */
function createGetTexts(dialect: Dialect): (fields: string) => string {
  const kept = new Map<string, string>();
  return (fields) => {
    const text = kept.get(fields) ?? getText(fields, dialect);
    if (kept.size < kept_texts_max) kept.set(fields, text);
    return text;
  };
}

function getText(fields: string, dialect: Dialect): string {
  const chosen = fields === "" ? undefined : fieldSet(fields.split(","));
  return pointRead(storedArticle(articleJson(chosen)), viewsJoin(chosen), dialect);
}

function pointRead(columns: string, join: string, dialect: Dialect): string {
  return `SELECT ${columns} FROM articles a ${join}
WHERE a.id = ANY(${plannedOnce("$1", "bigint[]")})${dialect === "replica" ? " AND NOT a.deleted" : ""}`;
}

/** What is read by who asks for nothing special: 64 shapes by filters and `with_total`. */
function isCommonPage({ fields, limit }: ListQuery | SearchQuery): boolean {
  return fields === undefined && limit === 10;
}

/** 32 shapes, by status, start and `with_total`. */
function isCommonList(query: ListQuery): boolean {
  return isCommonPage(query) && query.sort.field === "created_at" && query.sort.descending;
}

function withFieldSet<Query extends ListQuery | SearchQuery>(query: Query): Query {
  return query.fields === undefined ? query : { ...query, fields: fieldSet(query.fields) };
}

function nextOf(row: ListRow): Position | null {
  return row.more && row.last_id !== null ? { value: row.last_value, id: row.last_id } : null;
}
