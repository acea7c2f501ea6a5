/** One query of the load, as its sender saw it. */
export interface Sample {
  /** When it was sent, in milliseconds of `performance.now()`. */
  readonly at_ms: number;
  readonly duration_ms: number;
  readonly outcome: "fresh" | "stale" | string;
}

export interface LoadParts {
  readonly gateway: string;
  readonly per_second: number;
  readonly ids: readonly number[];
  readonly timeout_ms?: number;
}

export interface Load {
  readonly samples: readonly Sample[];
  /** Sends no more; resolves when every answer is there. */
  stop(): Promise<readonly Sample[]>;
}

/** Longer than the gateway ever takes: whoever is not answered by then never is. */
const client_timeout_ms = 20_000;

/** Queries at a steady rate, whether answers come or not, as many callers who do not know of each other would send them. */
export function startLoad({ gateway, per_second, ids, timeout_ms }: LoadParts): Load {
  const samples: Sample[] = [];
  const running = new Set<Promise<void>>();
  const headers = {
    "content-type": "application/json",
    ...(timeout_ms === undefined ? {} : { "x-request-timeout-ms": String(timeout_ms) }),
  };
  const began_ms = performance.now();
  let sent = 0;

  async function send(query: string): Promise<void> {
    const at_ms = performance.now();
    const outcome = await outcomeOf(`${gateway}/graphql`, { method: "POST", headers, body: JSON.stringify({ query }) });
    samples.push({ at_ms, duration_ms: performance.now() - at_ms, outcome });
  }

  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began_ms) / 1000) * per_second);
    for (; sent < due; sent++) {
      const asked = send(queryOf(sent, ids));
      running.add(asked);
      void asked.finally(() => running.delete(asked));
    }
  }, 5);

  return {
    samples,
    async stop() {
      clearInterval(timer);
      await Promise.all(running);
      return samples;
    },
  };
}

/** Each asks for one thing, so that a query is a call. */
function queryOf(n: number, ids: readonly number[]): string {
  switch (n % 4) {
    case 0:
      return "{ articles(perPage: 5) { items { id title } nextCursor } }";
    case 1:
      return '{ searchArticles(query: "article", perPage: 3) { id title } }';
    default:
      return `{ article(id: ${ids[n % ids.length] ?? 1}) { id title author } }`;
  }
}

async function outcomeOf(url: string, init: RequestInit): Promise<Sample["outcome"]> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(client_timeout_ms) });
    const { errors, extensions } = await response.json();
    if (errors !== undefined) return String(errors[0]?.extensions?.code);
    return extensions?.stale === undefined ? "fresh" : "stale";
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

export function isAnswered({ outcome }: Sample): boolean {
  return outcome === "fresh" || outcome === "stale";
}

/** The duration that `share` of the samples do not exceed, in milliseconds. */
export function percentile(samples: readonly Sample[], share: number): number {
  const sorted = samples.map(({ duration_ms }) => duration_ms).toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

export function share(samples: readonly Sample[], counts: (sample: Sample) => boolean): number {
  return samples.length === 0 ? 1 : samples.filter(counts).length / samples.length;
}

/** How often each outcome came. */
export function tally(samples: readonly Sample[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { outcome } of samples) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
