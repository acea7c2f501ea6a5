import { join } from "node:path";
import type { Arena } from "../arena.ts";
import { spreadOf } from "../contest/measurement.ts";
import { cpuOf, rssOf } from "../machine/proc.ts";
import { all_roles, type OursProcess, type Role, startBlog, startOurs } from "../sides/ours.ts";
import type { Figure, SectionResult } from "./section.ts";

const start_target_ms = 400;
const embedded_target_ms = 1_500;
const idle_target_percent = 1;
const rss_target_mb = 120;

/** From the start of a process to its readiness, and what processes cost that nobody asks anything. */
export async function runStart(arena: Arena): Promise<SectionResult> {
  const installation = await arena.install("bench-start");
  const figures: Figure[] = [];
  const starts = arena.options.quick ? 2 : 5;

  async function measureStart(work: string, target_ms: number | undefined, start: () => Promise<OursProcess>) {
    const took_ms: number[] = [];
    for (let number = 0; number < starts; number++) {
      await using started = await start();
      took_ms.push(started.ready_after_ms);
    }
    const { median, min, max } = spreadOf(took_ms);
    arena.progress.tell(`start: ${work}: ${Math.round(median)} ms`);
    const value = `${median.toFixed(0)} ms (${min.toFixed(0)}–${max.toFixed(0)})`;
    figures.push({ work, value, ...(target_ms !== undefined && { target: `≤ ${target_ms} ms`, met: median <= target_ms }) });
  }

  // The first start of all makes the topics.
  await using first = await startOurs(installation, all_roles);
  await first.stop();
  await measureStart("start to ready, role all on real services", start_target_ms, () => startOurs(installation, all_roles));
  for (const role of ["api", "sync"] as const) {
    await measureStart(`start to ready, role ${role}`, undefined, () => startOurs(installation, [role]));
  }
  const embedded = () => startBlog(installation, all_roles, { BLOG_DATA_DIR: join(installation.folder, "embedded") });
  await using first_embedded = await embedded();
  figures.push({ work: "start to ready, embedded, the very first", value: `${first_embedded.ready_after_ms.toFixed(0)} ms` });
  await first_embedded.stop();
  await measureStart("start to ready, embedded, from the second on", embedded_target_ms, embedded);

  figures.push(...(await measureIdle(arena, installation)));
  return { title: "Start and idle", contests: [], figures, faults: [], notes: [] };
}

async function measureIdle(arena: Arena, installation: Parameters<typeof startOurs>[0]): Promise<Figure[]> {
  // First what a start leaves behind, such as code that is compiled on other threads, comes to its end.
  const [rest_s, seconds] = arena.options.quick ? [1, 4] : [15, 30];
  await using parts = new AsyncDisposableStack();
  const api = parts.use(await startOurs(installation, ["api"]));
  const sync = parts.use(await startOurs(installation, ["sync"]));
  const urls = { REST_API_URL: api.urls.api, REPLICA_API_URL: sync.urls.sync };
  const gateway = parts.use(await startOurs(installation, ["gateway"], urls));
  await Bun.sleep(rest_s * 1000);
  const roles: readonly (readonly [Role, number])[] = [
    ["api", api.pid],
    ["gateway", gateway.pid],
    ["sync", sync.pid],
  ];
  arena.progress.tell(`start: idle for ${seconds} s`);
  const before = roles.map(([, pid]) => cpuOf([pid]));
  await Bun.sleep(seconds * 1000);
  return roles.flatMap(([role, pid], index): Figure[] => {
    const percent = ((cpuOf([pid]) - (before[index] ?? 0)) / (seconds * 1e6)) * 100;
    const rss_mb = (rssOf([pid]) * 1024 * 1024) / 1e6;
    return [
      {
        work: `idle CPU, role ${role}, over ${seconds} s`,
        value: `${percent.toFixed(2)} %`,
        target: `≤ ${idle_target_percent} % of a core`,
        met: percent <= idle_target_percent,
      },
      {
        work: `RSS, role ${role}`,
        value: `${rss_mb.toFixed(0)} MB`,
        target: `≤ ${rss_target_mb} MB`,
        met: rss_mb <= rss_target_mb,
      },
    ];
  });
}
