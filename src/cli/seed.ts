import type { Config } from "../config/config.ts";
import { type SeedResult, SeedResultSchema, seed_count_max, seedArticles } from "../control/seed.ts";
import { createLog, type Logger } from "../platform/log.ts";
import type { Report } from "../platform/report.ts";
import { shutdownSignal } from "../platform/shutdown.ts";
import { createArticleReads } from "../store/article-reads.ts";
import { createArticleWrites } from "../store/article-writes.ts";
import { migrate } from "../store/migrate.ts";
import { checkSchema } from "../store/migration-state.ts";
import { migrations } from "../store/migrations.ts";
import { besideOrAlone } from "./beside.ts";
import { defineCommand, exitCodes, integerOption } from "./command.ts";
import { loadFor } from "./configuration.ts";
import { openCommandDatabases } from "./databases.ts";
import { count, showProgress } from "./progress.ts";

const count_default = 1_000;
const seed_default = "blog";

/** `blog seed`. */
export const seed = defineCommand({
  about: `Writes generated articles in several languages the way the API does, each with its event.
The same --seed gives the same articles; running it twice writes them twice.`,
  options: {
    count: { type: "string", value: "N", about: `how many articles [${count_default}]` },
    seed: { type: "string", value: "S", about: `which articles: any text [${seed_default}]` },
    json: { type: "boolean", about: "print JSON" },
  },
  async run({ seed: text = seed_default, json = false, ...values }, terminal) {
    const args = {
      count: integerOption("count", values.count, { min: 1, max: seed_count_max, default: count_default }),
      seed: text,
    };
    const config = loadFor(terminal, { command: "seed" });
    const log = createLog(config.log);
    const signal = shutdownSignal(log);
    using report = showProgress(terminal, "articles");
    const result = await besideOrAlone(
      { database: config.primary, command: "seed", args, makes_databases: true, result: SeedResultSchema, report, signal },
      () => seedAlone(config, args, { log, report, signal }),
    );
    report[Symbol.dispose]();
    terminal.out(json ? `${JSON.stringify(result)}\n` : summary(result));
    return exitCodes.done;
  },
});

interface Surroundings {
  readonly log: Logger;
  readonly report: Report;
  readonly signal: AbortSignal;
}

async function seedAlone(config: Config, args: { count: number; seed: string }, { log, report, signal }: Surroundings) {
  await using opened = await openCommandDatabases(config, log);
  const [database] = opened.databases;
  if (database === undefined) throw new Error("seed is configured without a primary");
  // As the api role does at start.
  if (config.migrate) await migrate(database, migrations.primary, { log });
  else await checkSchema(database, migrations.primary);
  const reads = createArticleReads({ database, dialect: "primary" });
  return await seedArticles({ writes: createArticleWrites({ database, reads }) }, args, report, signal);
}

function summary({ count: written, seed, duration_ms }: SeedResult): string {
  const seconds = Math.max(duration_ms, 1) / 1000;
  return `${count(written)} articles written in ${seconds.toFixed(1)} s (${count(Math.round(written / seconds))}/s), seed ${JSON.stringify(seed)}\n`;
}
