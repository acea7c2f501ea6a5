import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { Arena } from "../arena.ts";
import { type Contest, type ContestResult, holdContest } from "../contest/contest.ts";
import { httpContestant } from "../contest/http-contestant.ts";
import { type Check, rowOf } from "../data/checks.ts";
import { post, publishedIds } from "../data/loads.ts";
import { cpuOf } from "../machine/proc.ts";
import { connect, type Sql, urlOf } from "../machine/sql.ts";
import { openAccounts } from "../sides/accounts.ts";
import { all_roles, startOurs } from "../sides/ours.ts";
import { startPeer } from "../sides/peers.ts";
import type { SectionResult } from "./section.ts";

const [all, two, mercurius, postgraphile] = [
  "blog, role all",
  "blog, gateway and API as two processes",
  "Mercurius + JIT on pg",
  "PostGraphile 5",
] as const;

const whole = "title content author category tags status createdAt updatedAt publishedAt";
const queries = {
  article: `query Article($id: ID!) { article(id: $id) { id ${whole} } }`,
  list: "query Articles { articles(page: 1, perPage: 10) { items { id title author createdAt } } }",
} as const;
/** PostGraphile's names for the same. */
const postgraphile_queries = {
  article: `query Article($id: BigInt!) { articleByRowId(rowId: $id) { rowId ${whole} } }`,
  list: "query Articles { allArticles(first: 10, orderBy: CREATED_AT_DESC) { nodes { rowId title author createdAt } } }",
} as const;

/** GraphQL, the whole way on real PostgreSQL, against servers whose resolvers stand straight on it. */
export async function runGraphql(arena: Arena): Promise<SectionResult> {
  const { installation, peers } = await arena.loaded();
  await using parts = new AsyncDisposableStack();
  const one = parts.use(await startOurs(installation, all_roles));
  const api = parts.use(await startOurs(installation, ["api"]));
  const gateway = parts.use(
    await startOurs(installation, ["gateway"], { REST_API_URL: api.urls.api, REPLICA_API_URL: one.urls.sync }),
  );
  const accounts = parts.use(await openAccounts(installation));
  const mercurius_server = parts.use(await startPeer(mercurius, "mercurius", peers, arena.folder));
  const postgraphile_server = parts.use(await startPeer(postgraphile, "postgraphile", peers, arena.folder));
  const sql = parts.use(await connect(urlOf(peers)));

  const in_one = {
    name: all,
    url: one.urls.gateway,
    pids: [one.pid],
    beside_cpu_us: () => cpuOf([api.pid]) + arena.kafka.cpu_us(),
    settle: accounts.settle,
  };
  const in_two = {
    name: two,
    url: gateway.urls.gateway,
    pids: [gateway.pid, api.pid],
    beside_cpu_us: () => cpuOf([one.pid]) + arena.kafka.cpu_us(),
    settle: accounts.settle,
  };
  const on_mercurius = { ...mercurius_server, pids: [mercurius_server.pid] };
  const on_postgraphile = { ...postgraphile_server, pids: [postgraphile_server.pid] };
  const driven = { generator: arena.generator, connections: arena.scale.connections };

  const ids = publishedIds(arena.scale.articles);
  const asked = (query: string) =>
    post(
      "/graphql",
      ids.map((id) => JSON.stringify({ query, variables: { id: String(id) } })),
    );
  const by_id = asked(queries.article);
  const list = post("/graphql", [JSON.stringify({ query: queries.list })]);
  const contests: readonly Contest[] = [
    {
      work: "GraphQL article by id",
      contestants: [
        httpContestant(in_one, by_id, isArticle(sql), driven),
        httpContestant(on_mercurius, by_id, isArticle(sql), driven),
        httpContestant(on_postgraphile, asked(postgraphile_queries.article), isArticle(sql), driven),
      ],
      targets: { [mercurius]: 1.3 },
    },
    {
      work: "GraphQL article by id, gateway and API as two processes",
      contestants: [
        httpContestant(in_two, by_id, isArticle(sql), driven),
        httpContestant(on_mercurius, by_id, isArticle(sql), driven),
      ],
      targets: { [mercurius]: 0.9 },
    },
    {
      work: "GraphQL list of 10, 4 small fields",
      contestants: [
        httpContestant(in_one, list, isListOfTen, driven),
        httpContestant(on_mercurius, list, isListOfTen, driven),
        httpContestant(
          on_postgraphile,
          post("/graphql", [JSON.stringify({ query: postgraphile_queries.list })]),
          isListOfTen,
          driven,
        ),
      ],
      targets: { [mercurius]: 1.3 },
    },
  ];

  const results: ContestResult[] = [];
  for (const contest of contests.filter(({ work }) => arena.wanted(work)))
    results.push(await holdContest(contest, arena.contest_parts));
  const faults = await accounts.faults({
    api_urls: [one.urls.api, api.urls.api],
    views_elsewhere: viewsOf(results, arena.scale),
  });
  return {
    title: "GraphQL",
    contests: results,
    figures: [],
    faults: [...results.flatMap((result) => result.faults), ...faults],
    notes: [],
  };
}

/** How many articles were read by GraphQL: what was counted, and at most what the generator left unread at the end of each turn. */
function viewsOf(results: readonly ContestResult[], { connections, rounds }: Arena["scale"]) {
  const turns = results
    .filter(({ work }) => work.includes("article by id"))
    .flatMap(({ sides }) => sides.filter(({ name }) => name === all || name === two));
  const min = turns.flatMap((side) => side.rounds).reduce((sum, { requests }) => sum + requests, 0);
  const warm_ups = turns.reduce((sum, { warm_up_requests }) => sum + warm_up_requests, 0);
  return { min: min + warm_ups, max: min + warm_ups + turns.length * (rounds + 1) * connections };
}

const Article = Type.Object({ title: Type.String(), content: Type.String(), author: Type.String(), status: Type.String() });
const Variables = Type.Object({ variables: Type.Object({ id: Type.String() }) });
const Items = Type.Array(Type.Object({ title: Type.String(), author: Type.String(), createdAt: Type.String() }));

function isArticle(sql: Sql): Check {
  return async ({ body = "{}", status, text }) => {
    const row = await rowOf(sql, Number(Value.Parse(Variables, JSON.parse(body)).variables.id));
    if (status !== 200) return `${status} ${text}`;
    const article = Value.Parse(Article, dataOf(text));
    return article.title === row.title && article.content === row.content && article.author === row.author
      ? undefined
      : `wrong article: ${text}`;
  };
}

async function isListOfTen({ status, text }: { readonly status: number; readonly text: string }): Promise<string | undefined> {
  if (status !== 200) return `${status} ${text}`;
  const [items] = Object.values(Value.Parse(Type.Record(Type.String(), Type.Unknown()), dataOf(text)));
  const found = Value.Parse(Items, items);
  const sorted = found.every((item, index) => item.createdAt <= (found[index - 1]?.createdAt ?? "~"));
  return found.length === 10 && sorted ? undefined : `wrong list: ${text}`;
}

/** The one field of `data`; servers differ in its name. */
function dataOf(text: string): unknown {
  const { data } = Value.Parse(Type.Object({ data: Type.Record(Type.String(), Type.Unknown()) }), JSON.parse(text));
  return Object.values(data)[0];
}
