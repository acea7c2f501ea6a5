/**
 * `bun run bench`: see README.md beside it. Exits 1 when an answer was wrong or the books do not balance, whatever the speed.
 */
import { openArena } from "./arena.ts";
import { type Options, readOptions, type SectionName, usage } from "./options.ts";
import { createProgress } from "./progress.ts";
import { describeMachine, writeReport } from "./report/write.ts";
import { runGraphql } from "./sections/graphql.ts";
import { runGrowth } from "./sections/growth.ts";
import { runHttp } from "./sections/http.ts";
import type { SectionResult } from "./sections/section.ts";
import { runSoak } from "./sections/soak.ts";
import { runStart } from "./sections/start.ts";
import { runSync } from "./sections/sync.ts";

const sections: Readonly<Record<SectionName, (arena: Awaited<ReturnType<typeof openArena>>) => Promise<SectionResult>>> = {
  http: runHttp,
  graphql: runGraphql,
  sync: runSync,
  growth: runGrowth,
  start: runStart,
  soak: runSoak,
};

const signal_timeout_ms = 10_000;

async function run(options: Options): Promise<boolean> {
  const progress = createProgress();
  await using arena = await openArena(options, progress);
  endOnSignal(arena);
  const version = Bun.spawnSync([arena.executable, "--version"]).stdout.toString().trim();
  const date = new Date().toISOString();
  const name = `${date.slice(0, 16).replace(":", "")}-${/[0-9a-f]{7,}(-dirty)?/.exec(version)?.[0] ?? "unknown"}`;
  const results: SectionResult[] = [];
  for (const section of options.sections) {
    results.push(await sections[section](arena));
    const machine = describeMachine();
    const report = {
      date,
      version,
      machine,
      generator: arena.generator.name,
      quick: options.quick,
      production: options.production,
      sections: results,
    };
    const markdown = writeReport(report, `${name}${options.quick ? "-quick" : ""}`);
    if (section === options.sections.at(-1)) process.stdout.write(markdown);
  }
  return results.every(({ faults }) => faults.length === 0);
}

/** Ctrl-C: stop the services and remove their data; the servers under test end with this process. */
function endOnSignal(arena: AsyncDisposable): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, async () => {
      setTimeout(() => process.exit(130), signal_timeout_ms);
      await arena[Symbol.asyncDispose]();
      process.exit(130);
    });
  }
}

let options: Options | "help";
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  process.exit(2);
}
if (options === "help") {
  process.stdout.write(usage);
  process.exit(0);
}
try {
  process.exit((await run(options)) ? 0 : 1);
} catch (error) {
  process.stderr.write(`${Bun.inspect(error)}\n`);
  process.exit(1);
}
