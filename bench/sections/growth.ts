import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { PostgresConfig } from "../../src/config/config.ts";
import type { Arena } from "../arena.ts";
import { type Contest, type ContestResult, holdContest } from "../contest/contest.ts";
import { countedCreates } from "../contest/counted-creates.ts";
import { httpContestant } from "../contest/http-contestant.ts";
import { isNewestTen, isRareTen } from "../data/checks.ts";
import { creationBodies, get, post, search } from "../data/loads.ts";
import { startStockedServer } from "../data/stocked-server.ts";
import { connect, urlOf } from "../machine/sql.ts";
import { startOurs } from "../sides/ours.ts";
import type { SectionResult } from "./section.ts";

/** Half as many requests a second again are 1.5 × the time of each. */
const speed_kept = 1 / 1.5;
/** As fast, but for what two measurements of the same thing differ by. */
const as_fast = 0.9;
const creates_a_turn = 1_000;
/** Both are the same program on the same machine, so that short turns tell them apart. */
const round_s = 2;
const connections = 8;

/** Two api processes on two databases, one with a hundred times the articles. */
export async function runGrowth(arena: Arena): Promise<SectionResult> {
  const sizes = arena.options.quick ? { small: 2_000, large: 20_000 } : { small: 10_000, large: 1_000_000 };
  await using parts = new AsyncDisposableStack();

  const { server, databases } = await startStockedServer(arena, [sizes.small, sizes.large]);
  parts.use(server);

  async function open(size: number, primary: PostgresConfig | undefined) {
    if (primary === undefined) throw new Error(`There is no database of ${size} articles`);
    const name = `${size.toLocaleString("en")} articles`;
    const installation = { ...(await arena.install(`bench-growth-${size}`)), primary };
    const api = parts.use(await startOurs(installation, ["api"]));
    const sql = parts.use(await connect(urlOf(primary)));
    return { target: { name, url: api.urls.api, pids: [api.pid] }, sql, size };
  }

  const small = await open(sizes.small, databases[0]);
  const large = await open(sizes.large, databases[1]);
  arena.progress.tell("growth: loaded");
  const both = [large, small];
  const driven = { generator: arena.generator, connections };
  const deep_path = `/api/v1/articles?cursor=${await cursorAt(large.target.url, Math.floor(sizes.large * 0.9))}`;
  const searches = search("/api/v1/articles/search");
  const page = get(["/api/v1/articles"]);
  const creates = post("/api/v1/articles", creationBodies(), arena.write_headers);
  const targets = { [small.target.name]: speed_kept };
  const page_contestant = httpContestant(
    { ...large.target, name: "page 1" },
    page,
    isNewestTen(large.sql, { total: arena.count_visible }),
    driven,
  );
  const contests: readonly Contest[] = [
    {
      work: "list page 1, with total",
      contestants: both.map(({ target, sql }) =>
        httpContestant(target, page, isNewestTen(sql, { total: arena.count_visible }), driven),
      ),
      targets,
    },
    {
      work: "search page 1, 100 matches in both",
      contestants: both.map(({ target }) => httpContestant(target, searches, isRareTen, driven)),
      targets,
    },
    {
      work: `page behind a cursor at ${Math.floor(sizes.large * 0.9).toLocaleString("en")}`,
      contestants: [
        httpContestant(
          { ...large.target, name: "page behind the cursor" },
          get([deep_path]),
          isNewestTen(large.sql, { total: arena.count_visible }),
          driven,
        ),
        page_contestant,
      ],
      targets: { "page 1": as_fast },
    },
    {
      work: "create",
      contestants: both.map(({ target }) => countedCreates(target, creates, creates_a_turn)),
      targets,
    },
  ];
  const parts_here = {
    ...arena.contest_parts,
    postgres_cpu_us: server.cpu_us,
    round_s: Math.min(round_s, arena.scale.round_s),
    warm_up_s: 1,
  };
  const results: ContestResult[] = [];
  for (const contest of contests.filter(({ work }) => arena.wanted(work))) results.push(await holdContest(contest, parts_here));

  const created = results.some(({ work }) => work === "create") ? creates_a_turn * (arena.scale.rounds + 1) : 0;
  const counts = await Promise.all(both.map(async ({ sql, size }) => (await sql.number("SELECT count(*) FROM articles")) - size));
  const faults = counts
    .filter((count) => count !== created)
    .map((count) => `${created} articles were created, ${count} more are there`);
  return {
    title: "Growth",
    contests: results,
    figures: [],
    faults: [...results.flatMap((result) => result.faults), ...faults],
    notes: [],
  };
}

const Page = Type.Object({ next_cursor: Type.String() });

async function cursorAt(url: string, offset: number): Promise<string> {
  const response = await fetch(`${url}/api/v1/articles?page=${offset / 10}&per_page=10&fields=id`);
  return Value.Parse(Page, await response.json()).next_cursor;
}
