import DataLoader from "dataloader";
import type { ArticleField } from "../article/article.ts";
import type { ArticlePage, FetchedArticle } from "./rest-answer.ts";
import type { Caller, ListRequest, RestClient, SearchRequest } from "./rest-client.ts";

/** What REST takes in `ids` at most. */
const ids_max = 100;

export type ListWish = Omit<ListRequest, "fields" | "with_total">;
export type SearchWish = Omit<SearchRequest, "fields">;

/** The reads of one operation: the same thing is fetched once, with all the fields that any part of the operation selects. */
export interface ArticleReads {
  /** Null when there is none. Counts one view, however often the operation asks. */
  byId(id: number, fields: readonly ArticleField[]): Promise<FetchedArticle | null>;
  list(wish: ListWish, fields: readonly ArticleField[], with_total: boolean): Promise<ArticlePage>;
  search(wish: SearchWish, fields: readonly ArticleField[]): Promise<readonly FetchedArticle[]>;
}

/** Made once an operation: what is gathered and kept here must not outlive it. */
export function createArticleReads(rest: RestClient, caller: Caller): ArticleReads {
  const single_fields = new Set<ArticleField>();
  // All root fields of a query are resolved before a loader's batch is sent, so the union of their fields is complete by then.
  const singles = new DataLoader<number, FetchedArticle | null>(
    async (ids) => {
      const found = await rest.getMany(caller, ids, [...single_fields], true);
      const by_id = new Map(found.map((article) => [article.id, article]));
      return ids.map((id) => by_id.get(id) ?? null);
    },
    { maxBatchSize: ids_max },
  );
  const lists = createSharedReads((wish: ListWish, fields, with_total) => rest.list(caller, { ...wish, fields, with_total }));
  const searches = createSharedReads((wish: SearchWish, fields) => rest.search(caller, { ...wish, fields }));

  return {
    byId: (id, fields) => {
      for (const field of fields) single_fields.add(field);
      return singles.load(id);
    },
    list: (wish, fields, with_total) => lists(wish, fields, with_total),
    search: (wish, fields) => searches(wish, fields, false),
  };
}

interface Gathered<Wish> {
  readonly wish: Wish;
  readonly fields: Set<ArticleField>;
  with_total: boolean;
}

type Read<Wish, Result> = (wish: Wish, fields: readonly ArticleField[], with_total: boolean) => Promise<Result>;

/** Equal wishes become one call, for all the fields that any of them needs. A wish that fails does not touch the others. */
function createSharedReads<Wish extends object, Result>(read: Read<Wish, Result>): Read<Wish, Result> {
  const gathered = new Map<string, Gathered<Wish>>();
  const loader = new DataLoader<string, Result>((keys) =>
    Promise.all(
      keys.map((key) => {
        const asked = gathered.get(key);
        if (asked === undefined) return new Error(`nothing was gathered under ${key}`);
        return read(asked.wish, [...asked.fields], asked.with_total).catch((error: Error) => error);
      }),
    ),
  );
  return (wish, fields, with_total) => {
    // Every wish is built with its properties in one order, so equal wishes are equal texts.
    const key = JSON.stringify(wish);
    const asked = gathered.get(key) ?? { wish, fields: new Set(), with_total: false };
    for (const field of fields) asked.fields.add(field);
    asked.with_total ||= with_total;
    gathered.set(key, asked);
    return loader.load(key);
  };
}
