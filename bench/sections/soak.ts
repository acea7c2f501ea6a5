import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { Arena } from "../arena.ts";
import { spreadOf } from "../contest/measurement.ts";
import { creationBodies, get, post, publishedIds, search } from "../data/loads.ts";
import type { Load } from "../load/load.ts";
import { handlesOf, rssOf } from "../machine/proc.ts";
import { differencesIn, openAccounts } from "../sides/accounts.ts";
import { type OursProcess, startOurs } from "../sides/ours.ts";
import type { Figure, SectionResult } from "./section.ts";

const rss_growth_max = 1.1;
/** Connections come and go; a leak of one a minute would show as more. */
const handles_more_max = 5;
const sample_ms = 2_000;
const writes_per_s = 100;

/** Ten minutes of reads at full speed and writes at a steady pace on every role; memory and open handles have to stay where they are. */
export async function runSoak(arena: Arena): Promise<SectionResult> {
  const duration_s = arena.options.quick ? 30 : 600;
  const { installation } = await arena.loaded();
  await using parts = new AsyncDisposableStack();
  const sync = parts.use(await startOurs(installation, ["sync"]));
  const api = parts.use(await startOurs(installation, ["api"]));
  const urls = { REST_API_URL: api.urls.api, REPLICA_API_URL: sync.urls.sync };
  const gateway = parts.use(await startOurs(installation, ["gateway"], urls));
  const accounts = parts.use(await openAccounts(installation));

  const ids = publishedIds(arena.scale.articles);
  const query = "query Article($id: ID!) { article(id: $id) { id title content author tags } }";
  const loads: readonly { readonly url: string; readonly load: Load; readonly connections: number }[] = [
    { url: api.urls.api, load: get(ids.map((id) => `/api/v1/articles/${id}`)), connections: 4 },
    { url: api.urls.api, load: get(["/api/v1/articles", "/api/v1/articles?status=published&sort=title"]), connections: 2 },
    { url: api.urls.api, load: search("/api/v1/articles/search"), connections: 1 },
    { url: sync.urls.sync, load: get(ids.map((id) => `/api/v1/articles/${id}`)), connections: 1 },
    {
      url: gateway.urls.gateway,
      load: post(
        "/graphql",
        ids.map((id) => JSON.stringify({ query, variables: { id: String(id) } })),
      ),
      connections: 4,
    },
  ];

  const watched = { api, gateway, sync };
  const samples = Object.values(watched).map(() => [] as Sample[]);
  const sampling = setInterval(() => {
    for (const [index, { pid }] of Object.values(watched).entries())
      samples[index]?.push({ rss_mib: rssOf([pid]), handles: handlesOf(pid) });
  }, sample_ms);
  const abort = new AbortController();
  const writing = writeSteadily(api, arena.write_headers, abort.signal);
  arena.progress.tell(`soak: ${duration_s} s of mixed load`);
  const results = await Promise.all(
    loads.map((one, index) => arena.generator.run({ ...one, duration_s, seed: index + 1 })),
  ).finally(() => {
    clearInterval(sampling);
    abort.abort();
  });
  const { writes, refused } = await writing;

  await accounts.settle();
  const unwell = results.reduce((sum, result) => sum + result.refused + result.unanswered, refused);
  const reads = results.reduce((sum, result) => sum + result.requests, 0);
  return {
    title: `Soak, ${duration_s / 60} minutes`,
    contests: [],
    figures: Object.keys(watched).flatMap((role, index) => figuresOf(role, samples[index] ?? [])),
    faults: [...(unwell > 0 ? [`${unwell} requests were refused or not answered`] : []), ...(await differencesIn(installation))],
    notes: [`${Math.round(reads / duration_s)} reads/s and ${Math.round(writes / duration_s)} writes/s.`],
  };
}

interface Sample {
  readonly rss_mib: number;
  readonly handles: number;
}

function figuresOf(role: string, samples: readonly Sample[]): Figure[] {
  const fifth = Math.floor(samples.length / 5);
  const [second, last] = [samples.slice(fifth, 2 * fifth), samples.slice(-fifth)];
  const medians = (key: keyof Sample) =>
    [second, last].map((part) => spreadOf(part.map((sample) => sample[key])).median) as [number, number];
  const [rss_then, rss_now] = medians("rss_mib");
  const [handles_then, handles_now] = medians("handles");
  return [
    {
      work: `RSS of ${role}, second fifth → last fifth`,
      value: `${rss_then.toFixed(0)} → ${rss_now.toFixed(0)} MiB (× ${(rss_now / rss_then).toFixed(2)})`,
      target: `≤ × ${rss_growth_max}`,
      met: rss_now / rss_then <= rss_growth_max,
    },
    {
      work: `open handles of ${role}`,
      value: `${handles_then} → ${handles_now}`,
      target: "no growth",
      met: handles_now - handles_then <= handles_more_max,
    },
  ];
}

const Created = Type.Object({ id: Type.Integer() });

/** Creates, changes and deletes, a third each, so that the table stays as large as it is. */
async function writeSteadily(
  { urls }: OursProcess,
  write_headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<{ writes: number; refused: number }> {
  const bodies = creationBodies();
  const articles = `${urls.api}/api/v1/articles`;
  const headers = { "content-type": "application/json", ...write_headers };
  let [writes, refused] = [0, 0];

  async function send(method: string, url: string, body?: string): Promise<Response> {
    const response = await fetch(url, {
      method,
      headers,
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(10_000),
    });
    writes += 1;
    if (!response.ok) refused += 1;
    return response;
  }

  for (let number = 0; !signal.aborted; number++) {
    const { id } = Value.Parse(Created, await (await send("POST", articles, bodies[number % bodies.length])).json());
    await Bun.sleep(1000 / writes_per_s);
    await (await send("PATCH", `${articles}/${id}`, JSON.stringify({ title: `Changed ${number}` }))).bytes();
    await Bun.sleep(1000 / writes_per_s);
    await (await send("DELETE", `${articles}/${id}`)).bytes();
    await Bun.sleep(1000 / writes_per_s);
  }
  return { writes, refused };
}
