import type { PostgresConfig } from "../../src/config/config.ts";
import { createDatabase } from "../../src/testing/databases.ts";
import type { PostgresOptions } from "../../src/testing/instance.ts";
import { createNativeKafka } from "../../src/testing/native-kafka.ts";
import { createNativePostgres } from "../../src/testing/native-postgres.ts";
import { childrenOf, cpuOf, cpuOfTree, parentOf } from "./proc.ts";
import { connect } from "./sql.ts";

/** What somebody who takes care of a server with 4 GB for PostgreSQL would set; the same for everyone who is measured. */
const postgres_settings = {
  shared_buffers: "1GB",
  effective_cache_size: "3GB",
  maintenance_work_mem: "256MB",
  work_mem: "16MB",
  max_wal_size: "8GB",
  checkpoint_timeout: "15min",
  random_page_cost: "1.1",
  // Logical replication, one of those that are measured, needs the first; the commit's time tells how long sync takes.
  wal_level: "logical",
  track_commit_timestamp: "on",
} as const;

/** For filling tables that are then copied: little is written beside the tables, and nothing waits for the disk. */
const loading_settings = {
  ...postgres_settings,
  fsync: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_wal_size: "256MB",
} as const;

/** As Kafka's own start script. */
const java_options = ["-Xms1g", "-Xmx1g", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20"];

export interface PostgresServer extends AsyncDisposable {
  /** A superuser's URL. */
  readonly url: string;
  /** A new database, owned by an ordinary user. */
  createDatabase(): Promise<PostgresConfig>;
  /** CPU time of the server with all its backends. */
  cpu_us(): number;
  /** Stops it and gives what another one can start from. */
  stop(): Promise<PostgresData>;
}

/** The files of a server that was stopped, and its superuser's password. */
export interface PostgresData {
  readonly data: string;
  readonly password: string;
}

export interface KafkaBroker extends AsyncDisposable {
  readonly address: string;
  cpu_us(): number;
}

/** PostgreSQL 18 with durable commits, its data below `folder`: empty, or a copy of another server's. */
export function startPostgres(folder: string, from?: PostgresData): Promise<PostgresServer> {
  return start(folder, { fsync: true, settings: postgres_settings, ...(from && { from }) });
}

/** One whose tables are to be filled and copied. */
export function startPostgresForLoading(folder: string): Promise<PostgresServer> {
  return start(folder, { settings: loading_settings });
}

async function start(folder: string, options: PostgresOptions): Promise<PostgresServer> {
  const server = await createNativePostgres(folder, options);
  await server.start();
  const { password, data } = server;
  const url = `postgres://postgres:${password}@127.0.0.1:${server.port}/postgres`;
  await using sql = await connect(url);
  const postmaster = parentOf(await sql.number("SELECT pg_backend_pid()"));
  return {
    url,
    createDatabase: () => createDatabase(url),
    cpu_us: () => cpuOfTree(postmaster),
    async stop() {
      await server.stop();
      return { data, password };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Apache Kafka 4.1, one broker, its data below `folder`. No other child of this process may start meanwhile. */
export async function startKafka(folder: string): Promise<KafkaBroker> {
  const broker = await createNativeKafka(folder, { java_options });
  const before = new Set(childrenOf(process.pid));
  await broker.start();
  const pids = childrenOf(process.pid).filter((pid) => !before.has(pid));
  return {
    address: `127.0.0.1:${broker.port}`,
    cpu_us: () => cpuOf(pids),
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}
