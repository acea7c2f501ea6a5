import { existsSync } from "node:fs";
import { join } from "node:path";
import type { PostgresConfig } from "../../src/config/config.ts";
import { freePort } from "../../src/testing/free-port.ts";
import { answers, type Child, startChild } from "../machine/child.ts";
import { urlOf } from "../machine/sql.ts";

const folder = join(import.meta.dir, "../peers");

/** One Node for every peer, of a version that each of them supports: the one among their packages, else the machine's. */
export function nodeForPeers(): string {
  const packaged = join(folder, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
  return existsSync(packaged) ? packaged : "node";
}

const programs = {
  fastify: { file: "article-rest.mjs", probe: "/articles/1" },
  mercurius: { file: "article-graphql.mjs", probe: "/graphql" },
  postgraphile: { file: "postgraphile.mjs", probe: "/graphql" },
  constant: { file: "constant.ts", probe: "/articles/1" },
} as const;

export interface Peer extends Child {
  readonly name: string;
  readonly url: string;
}

/** Installs the peers' packages, which are none of the product's. */
export async function installPeers(): Promise<void> {
  const child = Bun.spawn([process.execPath, "install", "--frozen-lockfile"], {
    cwd: folder,
    stdout: "ignore",
    stderr: "inherit",
  });
  if ((await child.exited) !== 0) throw new Error("The packages of bench/peers could not be installed");
}

/** Starts a peer on the database that `fillPeers` filled. */
export async function startPeer(
  name: string,
  program: keyof typeof programs,
  database: PostgresConfig,
  log_folder: string,
): Promise<Peer> {
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const { file, probe } = programs[program];
  const child = await startChild({
    name,
    command: [file.endsWith(".ts") ? process.execPath : nodeForPeers(), file],
    cwd: folder,
    env: { PORT: String(port), DATABASE_URL: urlOf(database) },
    log_file: join(log_folder, `${program}.log`),
    ready: () => answers(`${url}${probe}`, probe === "/graphql" ? '{"query":"{__typename}"}' : undefined),
  });
  return { ...child, name, url };
}
