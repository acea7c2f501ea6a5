/**
 * `bun run bench:profile get|list|create|graphql`: a CPU profile of the sources under load, summed up by function.
 * The profile itself goes to dist/profiles, for Chrome's DevTools.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openArena } from "../arena.ts";
import { creationBodies, get, post, publishedIds } from "../data/loads.ts";
import type { Load } from "../load/load.ts";
import { cpuOf } from "../machine/proc.ts";
import { createProgress } from "../progress.ts";
import { all_roles, type Role, startOurs } from "../sides/ours.ts";
import { functionTimes } from "./cpu-profile.ts";

const root = join(import.meta.dir, "../..");
const articles = 10_000;
const duration_s = 6;
const shown = 40;

const article_query =
  "query Article($id: ID!) { article(id: $id) { id title content author category tags status createdAt updatedAt publishedAt } }";

interface Work {
  readonly roles: readonly Role[];
  readonly port: Role;
  load(): Load;
}

const works: Readonly<Record<string, Work>> = {
  get: { roles: ["api"], port: "api", load: () => get(publishedIds(articles).map((id) => `/api/v1/articles/${id}`)) },
  list: { roles: ["api"], port: "api", load: () => get(["/api/v1/articles"]) },
  create: { roles: ["api"], port: "api", load: () => post("/api/v1/articles", creationBodies()) },
  graphql: {
    roles: all_roles,
    port: "gateway",
    load: () =>
      post(
        "/graphql",
        publishedIds(articles).map((id) => JSON.stringify({ query: article_query, variables: { id: String(id) } })),
      ),
  },
};

async function profile(name: string, { roles, port, load }: Work): Promise<void> {
  const progress = createProgress();
  await using arena = await openArena({ sections: [], quick: true, only: undefined, executable: undefined }, progress);
  const { installation } = await arena.loaded();
  const folder = join(arena.folder, "profile");
  mkdirSync(folder);
  await using _sync = roles.includes("sync") ? undefined : await startOurs(installation, ["sync"]);
  const command = [process.execPath, "--cpu-prof", "--cpu-prof-dir", folder, join(root, "src/main.ts")];
  const began_ms = performance.now();
  const server = await startOurs({ ...installation, command }, roles);
  const options = { url: server.urls[port], load: load(), connections: 32 };
  progress.tell(`${name}: warming up, then ${duration_s} s of load on the sources`);
  await arena.generator.run({ ...options, duration_s: 2, seed: 1 });
  const before = { server: cpuOf([server.pid]), postgres: arena.contest_parts.postgres_cpu_us() };
  const from_us = (performance.now() - began_ms) * 1000;
  const { requests, duration_s: took_s } = await arena.generator.run({ ...options, duration_s, seed: 2 });
  const spent = {
    server: cpuOf([server.pid]) - before.server,
    postgres: arena.contest_parts.postgres_cpu_us() - before.postgres,
  };
  const to_us = (performance.now() - began_ms) * 1000;
  await server.stop();

  const [file] = readdirSync(folder);
  if (file === undefined) throw new Error("Bun wrote no profile");
  const kept = join(root, "dist/profiles", `${name}.cpuprofile`);
  mkdirSync(join(root, "dist/profiles"), { recursive: true });
  copyFileSync(join(folder, file), kept);
  const times = functionTimes(readFileSync(kept, "utf8"), root, from_us, to_us);
  const share = (us: number) => `${(us / requests).toFixed(2).padStart(7)} µs`;
  const top = (key: "self_us" | "total_us") => times.toSorted((a, b) => b[key] - a[key]).slice(0, shown);
  const lines = [
    `${name}: ${Math.round(requests / took_s)} requests/s; CPU per request: server ${(spent.server / requests).toFixed(1)} µs, PostgreSQL ${(spent.postgres / requests).toFixed(1)} µs`,
    "Below: time of one request, from the sources and under the profiler, which makes everything slower; waiting is not in it.",
    "",
    "Self:",
    ...top("self_us").map((time) => `${share(time.self_us)}  ${time.name}`),
    "",
    "Total:",
    ...top("total_us").map((time) => `${share(time.total_us)}  ${time.name}`),
    "",
    `The profile, for Chrome's DevTools: ${kept}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

const name = process.argv[2] ?? "get";
const work = works[name];
if (work === undefined) {
  process.stderr.write(`bun run bench:profile ${Object.keys(works).join("|")}\n`);
  process.exit(2);
}
await profile(name, work);
process.exit(0);
