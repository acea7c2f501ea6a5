/**
 * `bun run bench:profile get|list|create|graphql|apply`: a CPU profile of the sources at work, summed up by function.
 * The profile itself goes to dist/profiles, for Chrome's DevTools.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openArena } from "../arena.ts";
import { createProgress } from "../progress.ts";
import { functionTimes } from "./cpu-profile.ts";
import type { ProfiledWork } from "./profiled.ts";
import { works } from "./works.ts";

const root = join(import.meta.dir, "../..");
const shown = 40;

async function run(name: string): Promise<void> {
  const work = works[name];
  if (work === undefined) throw new Error(`bun run bench:profile ${Object.keys(works).join("|")}`);
  await using arena = await openArena(
    { sections: [], quick: true, only: undefined, production: false, executable: undefined },
    createProgress(),
  );
  const folder = join(arena.folder, "profile");
  const done = await work(arena, folder);
  const [file] = readdirSync(folder);
  if (file === undefined) throw new Error("Bun wrote no profile");
  const kept = join(root, "dist/profiles", `${name}.cpuprofile`);
  mkdirSync(join(root, "dist/profiles"), { recursive: true });
  copyFileSync(join(folder, file), kept);
  process.stdout.write(
    `${name}: ${summaryOf(done, readFileSync(kept, "utf8"))}\n\nThe profile, for Chrome's DevTools: ${kept}\n`,
  );
}

function summaryOf({ units, from_us, to_us, server_cpu_us, postgres_cpu_us }: ProfiledWork, profile: string): string {
  const times = functionTimes(profile, root, from_us, to_us);
  const per_unit = (us: number) => `${(us / units).toFixed(2).padStart(7)} µs`;
  const top = (key: "self_us" | "total_us") =>
    times
      .toSorted((a, b) => b[key] - a[key])
      .slice(0, shown)
      .map((time) => `${per_unit(time[key])}  ${time.name}`);
  return [
    `${Math.round(units / ((to_us - from_us) / 1e6))}/s; CPU of each: server${per_unit(server_cpu_us)}, PostgreSQL${per_unit(postgres_cpu_us)}`,
    "Below: time of one of them, of the sources and under the profiler, which makes everything slower. What waits is not in it.",
    "\nSelf:",
    ...top("self_us"),
    "\nTotal:",
    ...top("total_us"),
  ].join("\n");
}

try {
  await run(process.argv[2] ?? "");
  process.exit(0);
} catch (error) {
  process.stderr.write(`${Bun.inspect(error)}\n`);
  process.exit(1);
}
