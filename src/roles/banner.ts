import { describeAccess } from "../config/access.ts";
import type { AccessConfig, DatabaseConfig, EventLogConfig } from "../config/config.ts";
import type { RoleContext } from "./role-context.ts";
import type { RoleServer } from "./role-server.ts";

/** Tells a person at a terminal what runs where and what to try; a machine gets a log line. */
export function announce({ config, build, log }: RoleContext, servers: readonly RoleServer[], duration_ms: number): void {
  const urls = Object.fromEntries(config.roles.map((role) => [role, urlOf(servers, role)]));
  const access = describeAccess(config);
  log.info({ roles: config.roles, ...urls, duration_ms, ...Object.fromEntries(access) }, `blog ${build.version} is up`);
  if (config.log.format !== "pretty" || !process.stderr.isTTY) return;

  const lines = [
    `blog ${build.version}, up after ${(duration_ms / 1000).toFixed(1)} s`,
    "",
    ...describe("REST", urls["api"], "/docs"),
    ...describe("GraphQL", urls["gateway"], "/graphql"),
    ...describe("Replica", urls["sync"], "/api/v1/articles"),
    "",
    ...(config.primary ? [`  DB1       ${database(config.primary)}`] : []),
    ...(config.replica ? [`  DB2       ${database(config.replica)}`] : []),
    ...(config.event_log ? [`  Events    ${eventLog(config.event_log)}`] : []),
    ...access.map(([what, who]) => `  ${capitalised(what).padEnd(9)} ${who}`),
    ...(urls["api"] ? ["", "Try:", "", `  ${tryLine(urls["api"], config.access)}`] : []),
    "",
    "Ctrl-C stops it.",
    "",
  ];
  process.stderr.write(`\n${lines.join("\n")}\n`);
}

function urlOf(servers: readonly RoleServer[], role: string): string | undefined {
  return servers.find((server) => server.role === role)?.url;
}

function describe(what: string, url: string | undefined, path: string): string[] {
  return url === undefined ? [] : [`  ${what.padEnd(9)} ${url}${path}`];
}

function database(config: DatabaseConfig): string {
  return config.kind === "pglite" ? `embedded, in ${config.data_dir}` : `${config.name} on ${config.host}:${config.port}`;
}

function eventLog(config: EventLogConfig): string {
  return config.kind === "kafka" ? `Kafka ${config.brokers.join(", ")}, topic ${config.topic}` : "in this process";
}

function capitalised(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

function tryLine(url: string, { open_writes }: AccessConfig): string {
  const article = JSON.stringify({ title: "Hello", content: "The first of many.", author: "Ada", status: "published" });
  const token = open_writes ? "" : ' -H "authorization: Bearer $(blog token --scope=articles:write)"';
  return `curl -s ${url}/api/v1/articles -H 'content-type: application/json'${token} -d '${article}'`;
}
