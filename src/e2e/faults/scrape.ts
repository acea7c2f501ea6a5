import { call } from "../api-client.ts";

export interface Scrape {
  /** The sum of all series of `name` that carry these labels; 0 when there is none. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
  /** How many series of `name` there are. */
  count(name: string): number;
}

const scrape_timeout_ms = 1500;

/** What a role's /metrics says. Rejects when it does not answer: then Prometheus has `up` 0. */
export async function scrape(url: string): Promise<Scrape> {
  const { body } = await call(`${url}/metrics`, { signal: AbortSignal.timeout(scrape_timeout_ms) });
  const lines = String(body).split("\n");
  const seriesOf = (name: string) => lines.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return {
    sum(name, labels = {}) {
      const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
      return seriesOf(name)
        .filter((line) => wanted.every((pair) => line.includes(pair)))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
    },
    count: (name) => seriesOf(name).length,
  };
}

/** Whether a scrape would have `up` 0. */
export async function isDown(url: string): Promise<boolean> {
  return await scrape(url).then(
    () => false,
    () => true,
  );
}
