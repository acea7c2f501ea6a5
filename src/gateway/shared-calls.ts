import type { ArticleField } from "../article/article.ts";
import type { ArticlePage, FetchedArticle } from "./rest-answer.ts";
import type { Caller, RestClient } from "./rest-client.ts";

/** What REST takes in `ids` at most. */
const ids_max = 100;

/** Callers share a call's deadline, which is the earliest of theirs: so far apart they may be at most. */
const deadline_step_ms = 1_000;

interface Waiting<Item, Result> {
  readonly caller: Caller;
  readonly item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

interface Group<Item, Result> {
  readonly calls: Waiting<Item, Result>[];
  readonly ids: Set<number>;
}

/**
 * One call for the reads that requests with the same rights make in the same turn of the event loop: articles by id in one call,
 * equal lists and equal searches in one. Nobody waits for company: what a turn has brought is asked for at its end. A call
 * that is shared bears the ids of its first caller's request and trace.
 */
export function createSharedCalls(rest: RestClient): RestClient {
  interface Ids {
    readonly ids: readonly number[];
    readonly fields: readonly ArticleField[];
    readonly count_views: boolean;
  }

  async function getMany(caller: Caller, asked: readonly Ids[]): Promise<readonly (readonly FetchedArticle[])[]> {
    const [{ fields, count_views } = { fields: [], count_views: false }] = asked;
    const found = await rest.getMany(
      caller,
      asked.flatMap(({ ids }) => ids),
      fields,
      count_views,
    );
    const by_id = new Map(found.map((article) => [article.id, article]));
    return asked.map(({ ids }) => ids.flatMap((id) => by_id.get(id) ?? []));
  }

  const articles = createTurns<Ids, readonly FetchedArticle[]>({
    run: getMany,
    // What two requests ask for counts two views, and so takes two calls.
    idsOf: ({ ids }) => ids,
  });
  const lists = createTurns<Parameters<RestClient["list"]>[1], ArticlePage>({ run: alike(rest.list) });
  const searches = createTurns<Parameters<RestClient["search"]>[1], readonly FetchedArticle[]>({ run: alike(rest.search) });

  return {
    ...rest,
    getMany: (caller, ids, fields, count_views) =>
      articles(caller, `${fields.join()}|${count_views}`, { ids, fields, count_views }),
    list: (caller, request) => lists(caller, JSON.stringify(request), request),
    search: (caller, request) => searches(caller, JSON.stringify(request), request),
  };
}

/** Those who ask for the same get the same. */
function alike<Item, Result>(read: (caller: Caller, item: Item) => Promise<Result>) {
  return async (caller: Caller, items: readonly Item[]): Promise<readonly Result[]> => {
    const [first] = items;
    if (first === undefined) return [];
    const result = await read(caller, first);
    return items.map(() => result);
  };
}

interface TurnsOptions<Item, Result> {
  /** Results in the order of `items`. */
  run(caller: Caller, items: readonly Item[]): Promise<readonly Result[]>;
  /** What a call can have only once, and only so many of. */
  idsOf?(item: Item): readonly number[];
}

function createTurns<Item, Result>({ run, idsOf = () => [] }: TurnsOptions<Item, Result>) {
  let gathered = new Map<string, Group<Item, Result>>();

  function endTurn(): void {
    const groups = gathered;
    gathered = new Map();
    for (const { calls } of groups.values()) void settle(calls);
  }

  async function settle(calls: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await run(
        commonCaller(calls.map(({ caller }) => caller)),
        calls.map(({ item }) => item),
      );
      for (const [index, result] of results.entries()) calls[index]?.resolve(result);
    } catch (error) {
      for (const { reject } of calls) reject(error);
    }
  }

  function groupKey({ authorization = "", deadline_ms }: Caller, key: string): string {
    return `${Math.ceil((deadline_ms - performance.now()) / deadline_step_ms)}|${key}|${authorization}`;
  }

  return (caller: Caller, key: string, item: Item): Promise<Result> =>
    new Promise((resolve, reject) => {
      if (gathered.size === 0) setImmediate(endTurn);
      const call = { caller, item, resolve, reject };
      const group_key = groupKey(caller, key);
      const group = gathered.get(group_key);
      const ids = idsOf(item);
      if (group !== undefined && ids.every((id) => !group.ids.has(id)) && group.ids.size + ids.length <= ids_max) {
        group.calls.push(call);
        for (const id of ids) group.ids.add(id);
        return;
      }
      if (group !== undefined) void settle(group.calls);
      gathered.set(group_key, { calls: [call], ids: new Set(ids) });
    });
}

/** On behalf of all: the first one's ids, the earliest deadline, and each is told what became stale. */
function commonCaller(callers: readonly Caller[]): Caller {
  const [first, second] = callers;
  if (first === undefined) throw new Error("nobody asks");
  if (second === undefined) return first;
  return {
    ...first,
    deadline_ms: Math.min(...callers.map(({ deadline_ms }) => deadline_ms)),
    // It has other callers when one goes.
    signal: new AbortController().signal,
    onStale: (stale) => {
      for (const { onStale } of callers) onStale?.(stale);
    },
  };
}
