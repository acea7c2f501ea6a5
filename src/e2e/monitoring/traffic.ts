import { articleOf, call, jsonBody } from "../api-client.ts";

export interface Traffic extends AsyncDisposable {
  /** Requests sent so far. */
  readonly sent: () => number;
}

interface Site {
  readonly api: string;
  readonly gateway: string;
  readonly per_second: number;
}

/** Longer than anything is answered in, faults included. */
const patience_ms = 15_000;

/**
 * What readers, writers and strangers ask of a blog, at a steady rate: mostly reads, some writes, some mistakes. Whether it is
 * answered is for the metrics to tell.
 */
export function startTraffic({ api, gateway, per_second }: Site): Traffic {
  const articles = `${api}/api/v1/articles`;
  const ids: number[] = [];
  const some = () => ids[Math.floor(Math.random() * ids.length)] ?? 1;
  const ask = (url: string, init: RequestInit = {}) => call(url, { ...init, signal: AbortSignal.timeout(patience_ms) });
  const query = (text: string) => ask(`${gateway}/graphql`, jsonBody("POST", { query: text }));
  const input = (n: number) => ({ title: `Article ${n}`, content: "A text of some words. ".repeat(50), author: "Ada" });

  async function create(n: number): Promise<void> {
    const { status, body } = await ask(articles, jsonBody("POST", { ...input(n), status: n % 3 === 0 ? "draft" : "published" }));
    if (status === 201) ids.push(articleOf(body).id);
  }

  const visits: readonly ((n: number) => Promise<unknown>)[] = [
    create,
    () => query(`{ article(id: ${some()}) { id title author } }`),
    () => ask(`${articles}/${some()}`),
    () => query("{ articles(perPage: 5) { items { id title } nextCursor } }"),
    (n) => ask(`${articles}/${some()}`, jsonBody("PATCH", { title: `Changed ${n}` })),
    () => ask(`${articles}?per_page=5&sort=-views_count`),
    () => query('{ searchArticles(query: "article", perPage: 3) { id title } }'),
    () => ask(`${articles}/search?q=words`),
    (n) => query(`mutation { updateArticle(id: ${some()}, input: { title: "Changed again ${n}" }) { version } }`),
    () => ask(`${articles}/${some()}/publish`, { method: "POST" }),
    () => query("{ articles { items { id } total } }"),
    () => (ids.length > 20 ? ask(`${articles}/${ids.shift()}`, { method: "DELETE" }) : ask(articles)),
    // Mistakes, of which some are made on purpose.
    () => ask(`${articles}/999999999`),
    () => ask(articles, jsonBody("POST", { title: "" })),
    () => ask(`${api}/wp-login.php`),
    () => query("{ nothing }"),
    () => query("mutation { publishArticle(id: 999999999) { id } }"),
  ];

  const under_way = new Set<Promise<unknown>>();
  const began_ms = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began_ms) / 1000) * per_second);
    for (; sent < due; sent++) {
      const visit = visits[sent % visits.length]?.(sent).catch(() => undefined);
      if (visit === undefined) continue;
      under_way.add(visit);
      void visit.finally(() => under_way.delete(visit));
    }
  }, 10);

  return {
    sent: () => sent,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await Promise.all(under_way);
    },
  };
}
