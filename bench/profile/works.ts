import type { Arena } from "../arena.ts";
import { creationBodies, get, post, publishedIds } from "../data/loads.ts";
import type { Load } from "../load/load.ts";
import { connect, urlOf } from "../machine/sql.ts";
import { all_roles, type Role, startOurs } from "../sides/ours.ts";
import { rateOfArrival } from "../sync/rate.ts";
import { type ProfiledWork, profileWhile } from "./profiled.ts";

const duration_s = 6;
const events_min = 10_000;
const article_query =
  "query Article($id: ID!) { article(id: $id) { id title content author category tags status createdAt updatedAt publishedAt } }";

type Work = (arena: Arena, folder: string) => Promise<ProfiledWork>;

/** What can be profiled, by its name on the command line. */
export const works: Readonly<Record<string, Work>> = {
  get: underLoad(["api"], "api", (ids) => get(ids.map((id) => `/api/v1/articles/${id}`))),
  list: underLoad(["api"], "api", () => get(["/api/v1/articles"])),
  create: underLoad(["api"], "api", () => post("/api/v1/articles", creationBodies())),
  graphql: underLoad(all_roles, "gateway", (ids) =>
    post(
      "/graphql",
      ids.map((id) => JSON.stringify({ query: article_query, variables: { id: String(id) } })),
    ),
  ),
  apply,
};

function underLoad(roles: readonly Role[], port: Role, loadFor: (ids: readonly number[]) => Load): Work {
  return async (arena, folder) => {
    const { installation } = await arena.loaded();
    await using _sync = roles.includes("sync") ? undefined : await startOurs(installation, ["sync"]);
    const { connections, articles } = arena.scale;
    const load = loadFor(publishedIds(articles));
    return await profileWhile(
      { arena, installation, roles, folder },
      ({ urls }) => arena.generator.run({ url: urls[port], load, connections, duration_s: 2, seed: 1 }),
      async ({ urls }) => (await arena.generator.run({ url: urls[port], load, connections, duration_s, seed: 2 })).requests,
    );
  };
}

/** The sync role with a backlog in Kafka before it. */
async function apply(arena: Arena, folder: string): Promise<ProfiledWork> {
  const installation = await arena.install("bench-apply");
  await using primary = await connect(urlOf(installation.primary));
  await using replica = await connect(urlOf(installation.replica));
  const load = post("/api/v1/articles", creationBodies(), arena.write_headers);
  let events = 0;
  {
    await using api = await startOurs(installation, ["api"]);
    for (let seed = 1; events < events_min; seed++) {
      await arena.generator.run({ url: api.urls.api, load, connections: arena.scale.connections, duration_s: 2, seed });
      events = await primary.number("SELECT count(*) FROM articles");
    }
    while ((await primary.number("SELECT count(*) FROM outbox")) > 0) await Bun.sleep(100);
  }
  events = await primary.number("SELECT count(*) FROM articles");
  return await profileWhile(
    { arena, installation, roles: ["sync"], folder },
    async () => {},
    async () => {
      const already = await replica.number("SELECT count(*) FROM articles");
      await rateOfArrival(replica, events, performance.now());
      return events - already;
    },
  );
}
