import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { PostgresConfig } from "../../src/config/config.ts";
import type { Arena } from "../arena.ts";
import { type PostgresServer, startPostgres, startPostgresForLoading } from "../machine/services.ts";
import { fillPrimary } from "./databases.ts";

const root = join(import.meta.dir, "../..");
const cache = join(root, ".cache/bench");

const Database = Type.Object({ name: Type.String(), user: Type.String(), password: Type.String() });
const Stock = Type.Object({ password: Type.String(), databases: Type.Array(Database) });

export interface StockedServer {
  readonly server: PostgresServer;
  /** DB1 with as many articles as was asked for, in that order. */
  readonly databases: readonly PostgresConfig[];
}

/**
 * A PostgreSQL with one filled DB1 for each size. A million articles take minutes to load, so the server's files are kept in
 * `.cache/bench` and copied by the next run, until the migrations or the articles are others.
 */
export async function startStockedServer(arena: Arena, sizes: readonly number[]): Promise<StockedServer> {
  const kept = join(cache, keyOf(sizes));
  if (!existsSync(kept)) await keepStock(arena, sizes, kept);
  const stock = Value.Parse(Stock, JSON.parse(readFileSync(join(kept, "stock.json"), "utf8")));
  const server = await startPostgres(arena.folder, { data: join(kept, "data"), password: stock.password });
  const { hostname, port } = new URL(server.url);
  const address = { kind: "postgres", host: hostname, port: Number(port), ssl_mode: "disable", pool_max: 10 } as const;
  return { server, databases: stock.databases.map((database) => ({ ...address, ...database })) };
}

async function keepStock(arena: Arena, sizes: readonly number[], kept: string): Promise<void> {
  await using server = await startPostgresForLoading(arena.folder);
  const databases: PostgresConfig[] = [];
  for (const size of sizes) {
    arena.progress.tell(`loading ${size.toLocaleString("en")} articles, which the next run finds in .cache/bench`);
    const primary = await server.createDatabase();
    await arena.migrate(primary);
    await fillPrimary(primary, size);
    databases.push(primary);
  }
  const { data, password } = await server.stop();
  // Of other articles or tables: no run will ask for them again.
  for (const old of existsSync(cache) ? readdirSync(cache) : []) {
    if (old.startsWith(prefixOf(sizes))) rmSync(join(cache, old), { recursive: true });
  }
  const partial = `${kept}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  // With its owner, who is not root.
  const { success, stderr } = Bun.spawnSync(["cp", "-a", data, join(partial, "data")]);
  if (!success) throw new Error(`The articles could not be kept: ${stderr}`);
  const stock = {
    password,
    databases: databases.map(({ name, user, password: of_user }) => ({ name, user, password: of_user })),
  };
  writeFileSync(join(partial, "stock.json"), JSON.stringify(stock));
  renameSync(partial, kept);
}

function prefixOf(sizes: readonly number[]): string {
  return `stock-${sizes.join("-")}-`;
}

function keyOf(sizes: readonly number[]): string {
  const hash = new Bun.CryptoHasher("sha256");
  const migrations = join(root, "drizzle/primary");
  for (const name of readdirSync(migrations)
    .filter((file) => file.endsWith(".sql"))
    .sort()) {
    hash.update(readFileSync(join(migrations, name)));
  }
  for (const name of ["rows.ts", "passages.ts"]) hash.update(readFileSync(join(import.meta.dir, name)));
  return `${prefixOf(sizes)}${hash.digest("hex").slice(0, 16)}`;
}
