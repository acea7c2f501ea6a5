import { join } from "node:path";
import type { PostgresConfig } from "../../src/config/config.ts";
import { databaseEnv } from "../../src/testing/database-env.ts";
import { freePort } from "../../src/testing/free-port.ts";
import { answers, type Child, startChild } from "../machine/child.ts";

export const all_roles = ["api", "gateway", "sync"] as const;
export type Role = (typeof all_roles)[number];

/** Where the processes of one installation find their services. */
export interface Installation {
  /** What is under test, with its first arguments. */
  readonly command: readonly string[];
  /** For logs, and as working folder. */
  readonly folder: string;
  readonly primary: PostgresConfig;
  readonly replica: PostgresConfig;
  readonly kafka: string;
  readonly topic: string;
  /** For all its processes, beside where the services are. */
  readonly env: Readonly<Record<string, string>>;
}

export interface OursProcess extends Child {
  readonly urls: Readonly<Record<Role, string>>;
  readonly roles: readonly Role[];
}

export const views_flush_s = 1;

/** The environment of every process of an installation. All else is as it ships: info log as JSON, metrics, validation, views. */
export function environment({ primary, replica, kafka, topic, env }: Installation): Record<string, string> {
  return {
    ...databaseEnv("DB1", primary),
    ...databaseEnv("DB2", replica),
    KAFKA_BOOTSTRAP_SERVERS: kafka,
    KAFKA_TOPIC_ARTICLES: topic,
    KAFKA_GROUP_ID: topic,
    // Five times as often as by default, so that a round of a few seconds bears the cost of writing its own views.
    VIEWS_FLUSH_SECONDS: String(views_flush_s),
    ...env,
  };
}

/** Starts one process with these roles on the installation's services, and waits until each is ready. */
export function startOurs(
  installation: Installation,
  roles: readonly Role[],
  env: Readonly<Record<string, string>> = {},
): Promise<OursProcess> {
  return startBlog(installation, roles, { ...environment(installation), ...env });
}

/** The same with nothing but this environment: without services, the embedded mode. */
export async function startBlog(
  { command, folder }: Pick<Installation, "command" | "folder">,
  roles: readonly Role[],
  env: Readonly<Record<string, string>>,
): Promise<OursProcess> {
  const ports = { api: freePort(), gateway: freePort(), sync: freePort() };
  const url = (role: Role) => `http://127.0.0.1:${ports[role]}`;
  const name = roles.join("+");
  const child = await startChild({
    name,
    command: [...command, `--role=${roles.length === 3 ? "all" : roles.join(",")}`],
    cwd: folder,
    env: { API_PORT: String(ports.api), GATEWAY_PORT: String(ports.gateway), SYNC_PORT: String(ports.sync), ...env },
    log_file: join(folder, `${name}-${ports.api}.log`),
    ready: async () => (await Promise.all(roles.map((role) => answers(`${url(role)}/api/v1/health/ready`)))).every(Boolean),
  });
  return { ...child, roles, urls: { api: url("api"), gateway: url("gateway"), sync: url("sync") } };
}

/** Runs a command of the executable to its end; gives what it printed. Throws when it fails. */
export async function runCommand(installation: Installation, args: readonly string[]): Promise<string> {
  const { PATH = "", HOME = "" } = process.env;
  const child = Bun.spawn([...installation.command, ...args], {
    cwd: installation.folder,
    env: { PATH, HOME, TZ: "UTC", ...environment(installation) },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: 120_000,
  });
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  if ((await child.exited) !== 0) throw new Error(`blog ${args.join(" ")} failed:\n${stdout}${stderr.slice(-2000)}`);
  return stdout;
}
