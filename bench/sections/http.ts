import type { Arena } from "../arena.ts";
import { type Contest, type ContestResult, holdContest } from "../contest/contest.ts";
import { httpContestant } from "../contest/http-contestant.ts";
import { spreadOf } from "../contest/measurement.ts";
import { pgbenchContestant } from "../contest/pgbench.ts";
import { isArticle, isCreated, isNewestTen, isNotModified, isRareTen } from "../data/checks.ts";
import { creationBodies, get, post, publishedIds, search } from "../data/loads.ts";
import { cpuOf } from "../machine/proc.ts";
import { connect, urlOf } from "../machine/sql.ts";
import { openAccounts } from "../sides/accounts.ts";
import { startOurs, views_flush_s } from "../sides/ours.ts";
import { startPeer } from "../sides/peers.ts";
import type { SectionResult } from "./section.ts";

const [ours, fastify, constant, limit] = ["blog", "Fastify + pg", "Elysia, a constant", "pgbench"] as const;

/** REST, one contest a row of the table: our api, with sync and Kafka at work beside it, against Fastify + pg. */
export async function runHttp(arena: Arena): Promise<SectionResult> {
  const { installation, peers } = await arena.loaded();
  await using parts = new AsyncDisposableStack();
  const sync = parts.use(await startOurs(installation, ["sync"]));
  const api = parts.use(await startOurs(installation, ["api"]));
  const accounts = parts.use(await openAccounts(installation));
  const fastify_server = parts.use(await startPeer(fastify, "fastify", peers, arena.folder));
  const constant_server = parts.use(await startPeer(constant, "constant", peers, arena.folder));
  const sql = parts.use(await connect(urlOf(installation.primary)));
  const peers_sql = parts.use(await connect(urlOf(peers)));

  const us = {
    name: ours,
    url: api.urls.api,
    pids: [api.pid],
    beside_cpu_us: () => cpuOf([sync.pid]) + arena.kafka.cpu_us(),
    settle: accounts.settle,
  };
  const them = { ...fastify_server, pids: [fastify_server.pid] };
  const driven = { generator: arena.generator, connections: arena.scale.connections };
  const pgbench = (script: string) =>
    Bun.which("pgbench")
      ? [pgbenchContestant({ name: limit, url: urlOf(peers), script, connections: 10, folder: arena.folder })]
      : [];

  const ids = publishedIds(arena.scale.articles);
  const [our_paths, their_paths] = [ids.map((id) => `/api/v1/articles/${id}`), ids.map((id) => `/articles/${id}`)];
  const by_id = httpContestant(them, get(their_paths), isArticle(peers_sql), driven);
  const bodies = creationBodies();
  const pages = Array.from({ length: 400 }, (_, index) => index + 1);
  const contests: readonly Contest[] = [
    {
      work: "GET article by id",
      contestants: [httpContestant(us, get(our_paths), isArticle(sql), driven), by_id],
      limits: [
        httpContestant({ ...constant_server, pids: [constant_server.pid] }, get(their_paths), () => undefined, driven),
        ...pgbench(`\\set id random(1, ${arena.scale.articles})\nSELECT * FROM articles WHERE id = :id;\n`),
      ],
      targets: { [fastify]: 2.5 },
    },
    {
      work: "GET list of 10 with exact total; Fastify without total",
      contestants: [
        httpContestant(us, get(["/api/v1/articles"]), isNewestTen(sql, { total: arena.count_visible }), driven),
        httpContestant(them, get(["/articles"]), isNewestTen(peers_sql), driven),
      ],
      targets: { [fastify]: 2 },
    },
    {
      // Those who ask for the same page at the same moment may share a statement; here hardly anybody does.
      work: "GET list of 10, a random one of 400 pages, as above",
      contestants: [
        httpContestant(
          us,
          get(pages.map((page) => `/api/v1/articles?page=${page}`)),
          isNewestTen(sql, { total: arena.count_visible }),
          driven,
        ),
        httpContestant(them, get(pages.map((page) => `/articles?page=${page}`)), isNewestTen(peers_sql), driven),
      ],
      targets: {},
    },
    {
      work: "GET with If-None-Match, 304; Fastify's 200",
      contestants: [httpContestant(us, get(our_paths, { "If-None-Match": '"1"' }), isNotModified, driven), by_id],
      targets: { [fastify]: 2.5 },
    },
    {
      work: "search, 2 words, 100 matches; Fastify with the same SQL",
      contestants: [
        httpContestant(us, search("/api/v1/articles/search"), isRareTen, driven),
        httpContestant(them, search("/articles/search"), isRareTen, driven),
      ],
      targets: { [fastify]: 1.5 },
    },
    {
      work: "POST create, published and applied in DB2 meanwhile; Fastify's plain INSERT",
      contestants: [
        httpContestant(us, post("/api/v1/articles", bodies, arena.write_headers), isCreated, driven),
        httpContestant(them, post("/articles", bodies), isCreated, driven),
      ],
      limits: pgbench(insert_script),
      targets: { [fastify]: 1.3 },
    },
  ];

  const results: ContestResult[] = [];
  for (const contest of contests
    .filter(({ work }) => arena.wanted(work))
    .map((wanted) => (arena.options.quick ? { ...wanted, limits: [] } : wanted)))
    results.push(await holdContest(contest, arena.contest_parts));
  const faults = await accounts.faults({ api_urls: [api.urls.api] });
  return {
    title: "REST",
    contests: results,
    figures: [],
    faults: [...results.flatMap((result) => result.faults), ...faults],
    notes: [...settledNotes(results), ...(Bun.which("pgbench") ? [] : ["pgbench is not installed: its limit is left out."])],
  };
}

/** How far DB2 was behind the answered creates: a rate that sync could not follow would show here. */
function settledNotes(results: readonly ContestResult[]): string[] {
  const creates = results.find(({ work }) => work.startsWith("POST"))?.sides[0];
  if (creates === undefined) return [];
  const { median, max } = spreadOf(creates.rounds.map(({ settled_after_s }) => settled_after_s));
  return [
    `Views written and DB2 up to date with each turn of creates ${median.toFixed(1)} s after its end, at most ${max.toFixed(1)} s (of which ${views_flush_s} s is the wait for the views).`,
  ];
}

/** One row as large as those that the others write. */
const insert_script = `\\set id random(1, 1000)
INSERT INTO articles (title, content, author, category, tags, status, created_at, updated_at, published_at)
SELECT title, content, author, category, tags, status, now(), now(), now() FROM articles WHERE id = :id;
`;
