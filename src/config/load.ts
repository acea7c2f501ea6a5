import { resolve } from "node:path";
import { readAccess } from "./access.ts";
import { readBounds, readRateLimits } from "./bounds.ts";
import type { Config, Listen, Role } from "./config.ts";
import { variables } from "./env.ts";
import { readGateway } from "./gateway.ts";
import { readIdentity } from "./pem-files.ts";
import { ConfigError, type Problem } from "./problems.ts";
import { createReader, type Environment, type Reader } from "./reader.ts";
import { isAll } from "./roles.ts";
import { type DatabaseName, readDatabases, readEventLog } from "./services.ts";
import { readTracing } from "./tracing.ts";
import { readWeb } from "./web.ts";

export interface LoadOptions {
  readonly env: Environment;
  /** From `--role`; stands above BLOG_ROLE. */
  readonly role?: string;
  readonly command?: "serve" | "migrate" | "seed" | "health" | "verify" | "resync" | "dlq" | "token";
  /** The databases that `migrate` shall work on; default: those that the roles own. */
  readonly databases?: readonly DatabaseName[];
  /** Whether logs go to a terminal. */
  readonly terminal?: boolean;
}

/**
 * The typed, complete and frozen configuration of one process.
 * Throws ConfigError with every problem at once.
 */
export function loadConfig({ env, role, command = "serve", databases, terminal = false }: LoadOptions): Config {
  const reader = createReader(role === undefined ? env : { ...env, [variables.role.name]: role });
  // After a refused role nothing is known to be needed: the other variables are judged by their own rules only.
  const roles = reader.isSet(variables.role) ? (reader.optional(variables.role) ?? []) : reader.value(variables.role);
  const serving = command === "serve";
  const data_dir = resolve(reader.value(variables.data_dir));
  const needed = databases ?? databasesFor(command, roles, reader);
  const { primary, replica } = readDatabases(reader, { needed, roles, data_dir });
  const event_log = readEventLog(reader, { needed: needsEventLog(command, roles), roles });
  const rest_api_url = reader.optional(variables.rest_api_url);
  const replica_api_url = reader.optional(variables.replica_api_url);
  const production = reader.value(variables.env) === "production";
  const listen = readListen(reader, serving ? roles : [], serving || command === "health");

  if (serving && roles.includes("gateway") && !roles.includes("api")) {
    reader.demand(variables.rest_api_url, "the gateway needs it when the api role is not in the same process");
  }
  const tracing = serving ? readTracing(reader) : undefined;
  const access = readAccess(reader, { command, roles, production });

  const config: Config = {
    env: production ? "production" : "development",
    roles,
    log: {
      level: reader.value(variables.log_level),
      format: reader.optional(variables.log_format) ?? (terminal && !production ? "pretty" : "json"),
    },
    migrate: reader.value(variables.migrate),
    data_dir,
    listen,
    ...(primary === undefined ? {} : { primary }),
    ...(replica === undefined ? {} : { replica }),
    ...(event_log === undefined ? {} : { event_log }),
    ...(rest_api_url === undefined ? {} : { rest_api_url }),
    ...(replica_api_url === undefined ? {} : { replica_api_url }),
    gateway: readGateway(reader, production, serving && roles.includes("gateway")),
    idempotency_ttl_hours: reader.value(variables.idempotency_ttl_hours),
    views_flush_seconds: reader.value(variables.views_flush_seconds),
    access,
    web: readWeb(reader),
    bounds: readBounds(reader),
    rate_limits: readRateLimits(reader, production),
    ...(tracing === undefined ? {} : { tracing }),
  };
  if (reader.problems.length > 0) throw new ConfigError(reader.problems.map((problem) => nameFlag(problem, role)));
  return deepFreeze(config);
}

function databasesFor(
  command: NonNullable<LoadOptions["command"]>,
  roles: readonly Role[],
  reader: Reader,
): readonly DatabaseName[] {
  switch (command) {
    case "health":
    case "token":
      return [];
    case "seed":
      return ["primary"];
    case "verify":
    case "resync":
      return ["primary", "replica"];
    case "dlq":
      // Beside a sync there may be no DB1: then what is parked there is not seen.
      return isAll(roles) || reader.isSet(variables.primary.host) ? ["primary", "replica"] : ["replica"];
    case "serve":
    case "migrate":
      return [...(roles.includes("api") ? ["primary" as const] : []), ...(roles.includes("sync") ? ["replica" as const] : [])];
    default:
      return command satisfies never;
  }
}

function needsEventLog(command: NonNullable<LoadOptions["command"]>, roles: readonly Role[]): boolean {
  if (command === "verify" || command === "resync" || command === "dlq") return true;
  return command === "serve" && (roles.includes("api") || roles.includes("sync"));
}

function readListen(reader: Reader, serving: readonly Role[], with_tls: boolean): Config["listen"] {
  const host = reader.value(variables.listen_host);
  const ports = {
    api: reader.value(variables.ports.api),
    gateway: reader.value(variables.ports.gateway),
    sync: reader.value(variables.ports.sync),
  };
  for (const [index, role] of serving.entries()) {
    const other = serving.slice(0, index).find((earlier) => ports[earlier] === ports[role] && ports[role] !== 0);
    if (other === undefined) continue;
    reader.refuse(variables.ports[role], `a port that ${variables.ports[other].name} does not have too (it is ${ports[other]})`);
  }
  const tls = with_tls ? readIdentity(reader, variables.tls) : undefined;
  const listen = (port: number): Listen => ({ host, port, ...(tls === undefined ? {} : { tls }) });
  return { api: listen(ports.api), gateway: listen(ports.gateway), sync: listen(ports.sync) };
}

/** A person who typed `--role` is not helped by the name of a variable that they did not set. */
function nameFlag(problem: Problem, role: string | undefined): Problem {
  return role !== undefined && problem.variable === variables.role.name ? { ...problem, variable: "--role" } : problem;
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}
