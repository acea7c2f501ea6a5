import { chmodSync, cpSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt } from "../scripts/build.ts";
import type { PostgresConfig } from "../src/config/config.ts";
import type { ContestParts } from "./contest/contest.ts";
import { fillPeers, fillPrimary, fillReplica } from "./data/databases.ts";
import { chooseGenerator } from "./load/generator.ts";
import type { Generator } from "./load/load.ts";
import { makeScratchFolder } from "./machine/scratch-folder.ts";
import { type KafkaBroker, type PostgresServer, startKafka, startPostgres } from "./machine/services.ts";
import type { Options } from "./options.ts";
import type { Progress } from "./progress.ts";
import { type Installation, runCommand } from "./sides/ours.ts";
import { installPeers } from "./sides/peers.ts";

/** How much of everything; `quick` is for trying things out. */
export interface Scale {
  readonly articles: number;
  readonly rounds: number;
  readonly round_s: number;
  readonly warm_up_s: number;
  /** Keep-alive connections of the generator. */
  readonly connections: number;
}

const full: Scale = { articles: 100_000, rounds: 3, round_s: 4, warm_up_s: 2, connections: 32 };
const quick: Scale = { articles: 5_000, rounds: 1, round_s: 1, warm_up_s: 1, connections: 32 };

/** The services of one run, and what every section needs. */
export interface Arena extends AsyncDisposable {
  readonly folder: string;
  readonly executable: string;
  readonly options: Options;
  readonly scale: Scale;
  readonly progress: Progress;
  readonly generator: Generator;
  /** DB1's server, where the peers' databases are too. */
  readonly primary: PostgresServer;
  readonly replica: PostgresServer;
  readonly kafka: KafkaBroker;
  readonly contest_parts: ContestParts;
  /** Whether a contest of this name is to be held. */
  wanted(work: string): boolean;
  /** What a write to ours has to carry. */
  readonly write_headers: Readonly<Record<string, string>>;
  /** The statement that counts what a reader without a token sees in DB1. */
  readonly count_visible: string;
  /** Gives an empty database DB1's tables. */
  migrate(primary: PostgresConfig): Promise<void>;
  /** Both databases of a new installation, migrated. */
  install(topic: string): Promise<Installation>;
  /** An installation and a peers' database with the same articles; made once a run. */
  loaded(): Promise<{ readonly installation: Installation; readonly peers: PostgresConfig }>;
}

/** The load comes from one address, and is more than one caller may have: it is counted as it ships, against a limit that it does not reach. */
function productionEnv() {
  const beyond_reach = "1000000";
  return {
    BLOG_ENV: "production",
    SECRET_KEY: crypto.randomUUID(),
    RATE_LIMIT_READS_PER_SECOND: beyond_reach,
    RATE_LIMIT_WRITES_PER_SECOND: beyond_reach,
  };
}

export async function openArena(options: Options, progress: Progress): Promise<Arena> {
  await using stack = new AsyncDisposableStack();
  const scale = options.quick ? quick : full;
  const folder = stack.use(makeScratchFolder()).path;
  await installPeers();
  // A copy, which nobody builds anew while it is measured.
  const executable = join(folder, "blog");
  cpSync(options.executable ?? (await ensureBuilt()), executable);
  chmodSync(executable, 0o755);
  const primary = stack.use(await startPostgres(folder));
  const replica = stack.use(await startPostgres(folder));
  const kafka = stack.use(await startKafka(folder));
  progress.tell("two PostgreSQL and Kafka are up");
  const opened = stack.move();
  const env = options.production ? productionEnv() : {};

  function installationOn(databases: Pick<Installation, "primary" | "replica">, topic: string): Installation {
    return { command: [executable], folder, ...databases, kafka: kafka.address, topic, env };
  }

  async function install(topic: string): Promise<Installation> {
    const databases = { primary: await primary.createDatabase(), replica: await replica.createDatabase() };
    const installation = installationOn(databases, topic);
    await runCommand(installation, ["migrate", "--target=all"]);
    return installation;
  }

  let loading: ReturnType<Arena["loaded"]> | undefined;
  async function load() {
    progress.tell(`loading ${scale.articles} articles into DB1, DB2 and the peers' database`);
    const installation = await install("bench-articles");
    const peers = await primary.createDatabase();
    const { articles } = scale;
    await Promise.all([
      fillPrimary(installation.primary, articles),
      fillReplica(installation.replica, articles),
      fillPeers(peers, articles),
    ]);
    progress.tell("loaded");
    return { installation, peers };
  }

  return {
    folder,
    executable,
    options,
    scale,
    progress,
    generator: chooseGenerator(folder),
    primary,
    replica,
    kafka,
    contest_parts: { progress, ...scale, postgres_cpu_us: () => primary.cpu_us() + replica.cpu_us() },
    wanted: (work) => options.only === undefined || work.toLowerCase().includes(options.only.toLowerCase()),
    write_headers: options.production ? { Authorization: `Bearer ${writeToken(executable, env)}` } : {},
    count_visible: `SELECT count(*) FROM articles${options.production ? " WHERE status = 'published'" : ""}`,
    async migrate(database) {
      await runCommand(installationOn({ primary: database, replica: { ...database, name: "none" } }, "none"), [
        "migrate",
        "--target=primary",
      ]);
    },
    install,
    loaded() {
      loading ??= load();
      return loading;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

function writeToken(executable: string, env: Readonly<Record<string, string>>): string {
  const { stdout, exitCode } = Bun.spawnSync([executable, "token", "--scope=articles:write", "--ttl=1d"], { env: { ...env } });
  if (exitCode !== 0) throw new Error("No token could be had");
  return stdout.toString().trim();
}
