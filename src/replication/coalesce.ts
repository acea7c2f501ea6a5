import type { Article } from "../article/article.ts";
import type { ArticleEvent, BlogEvent } from "../article/events.ts";

/** What a row of DB2 shall become, if it is older. */
export type ArticleRow = Omit<Article, "views_count"> & { readonly epoch: number; readonly deleted: boolean };

export interface ViewsRow {
  readonly id: number;
  readonly views: number;
  readonly epoch: number;
}

/** Each id at most once in each list, in the order of the ids: two processes that meet take their row locks in one order. */
export interface Changes {
  readonly articles: readonly ArticleRow[];
  readonly views: readonly ViewsRow[];
}

/** The newest version of each article that the events tell of, and the greatest count of the newest epoch. */
export function coalesce(events: readonly BlogEvent[]): Changes {
  const newest = new Map<number, ArticleEvent>();
  const views = new Map<number, ViewsRow>();
  for (const event of events) {
    if (event.event_type === "resync.completed") continue;
    const { id, views_count } = event.data;
    const count = { id, views: views_count, epoch: event.epoch };
    const counted = views.get(id);
    if (!counted || isGreater(count, counted)) views.set(id, count);
    if (event.event_type === "article.viewed") continue;
    const known = newest.get(id);
    if (!known || isNewer(event, known)) newest.set(id, event);
  }
  return {
    articles: [...newest.values()].map(toRow).sort(byId),
    views: [...views.values()].sort(byId),
  };
}

function isNewer(event: ArticleEvent, than: ArticleEvent): boolean {
  return event.epoch === than.epoch ? event.data.version > than.data.version : event.epoch > than.epoch;
}

/** A count of a newer epoch may be lower: DB1 was restored from a backup. */
function isGreater(count: ViewsRow, than: ViewsRow): boolean {
  return count.epoch === than.epoch ? count.views > than.views : count.epoch > than.epoch;
}

/** Field by field: what else is in `data`, from a later version or from a stranger, could be such that DB2 never takes it. */
function toRow({ event_type, epoch, data }: ArticleEvent): ArticleRow {
  const { id, status, version, created_at, updated_at, published_at } = data;
  const kept = { id, status, version, created_at, updated_at, published_at, epoch };
  if (event_type === "article.deleted")
    return { ...kept, title: "", content: "", author: "", category: "", tags: [], deleted: true };
  const { title, content, author, category, tags } = data;
  return { ...kept, title, content, author, category, tags, deleted: false };
}

function byId(a: { readonly id: number }, b: { readonly id: number }): number {
  return a.id - b.id;
}
