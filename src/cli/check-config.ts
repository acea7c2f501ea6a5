import { describeAccess } from "../config/access.ts";
import type { Config, DatabaseConfig } from "../config/config.ts";
import { type EffectiveVariable, effectiveVariables } from "../config/effective.ts";
import { loadConfig } from "../config/load.ts";
import { unknownVariables } from "../config/misspelt.ts";
import { ConfigError } from "../config/problems.ts";
import { configWarnings } from "../config/warnings.ts";
import { defineCommand, type ExitCode, exitCodes } from "./command.ts";
import { checkRole } from "./configuration.ts";
import { columns } from "./help.ts";
import type { Terminal } from "./terminal.ts";

/** `blog check-config`. */
export const checkConfig = defineCommand({
  about: "Names every problem of the configuration at once; exit 78 if there is any.",
  options: {
    role: { type: "string", value: "ROLE", about: "check for these roles [BLOG_ROLE, else all]" },
    print: { type: "boolean", about: "show the effective configuration, secrets masked" },
    json: { type: "boolean", about: "print JSON" },
  },
  async run({ role, print = false, json = false }, terminal) {
    if (role !== undefined) checkRole(role);
    const checked = check(terminal, role);
    const unusual = checked instanceof ConfigError ? [] : configWarnings(checked, new Date());
    const warnings = [...unknownVariables(terminal.env), ...unusual];
    const effective = print ? effectiveVariables(terminal.env, role) : undefined;
    if (json) printJson(terminal, checked, warnings, effective);
    else printText(terminal, checked, warnings, effective);
    return exitCode(checked);
  },
});

type Checked = Config | ConfigError;

function check(terminal: Terminal, role: string | undefined): Checked {
  try {
    return loadConfig({ env: terminal.env, terminal: terminal.err_is_terminal, ...(role === undefined ? {} : { role }) });
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

function exitCode(checked: Checked): ExitCode {
  return checked instanceof ConfigError ? exitCodes.wrong_configuration : exitCodes.done;
}

type Effective = readonly EffectiveVariable[] | undefined;

function printJson(terminal: Terminal, checked: Checked, warnings: readonly string[], effective: Effective): void {
  const problems = checked instanceof ConfigError ? checked.problems : [];
  const answer = { ok: problems.length === 0, problems, warnings, ...(effective === undefined ? {} : { variables: effective }) };
  terminal.out(`${JSON.stringify(answer, null, 2)}\n`);
}

function printText(terminal: Terminal, checked: Checked, warnings: readonly string[], effective: Effective): void {
  for (const warning of warnings) terminal.err(`blog: warning: ${warning}\n`);
  if (effective !== undefined) {
    terminal.out(`${columns(effective.map(({ name, value, source }) => [name, `${value ?? "-"}  (${source})`]))}\n\n`);
  }
  if (checked instanceof ConfigError) terminal.err(`blog: ${checked.message}\n`);
  else terminal.out(`The configuration is right.\n${columns(summary(checked))}\n`);
}

function summary(config: Config): readonly (readonly [string, string])[] {
  return [
    ["roles", config.roles.join(", ")],
    ["primary", describeDatabase(config.primary)],
    ["replica", describeDatabase(config.replica)],
    ["event log", describeEventLog(config)],
    ["listens on", config.roles.map((role) => `${role} ${config.listen[role].host}:${config.listen[role].port}`).join(", ")],
    ...describeAccess(config),
  ];
}

function describeDatabase(database: DatabaseConfig | undefined): string {
  if (database === undefined) return "not needed";
  if (database.kind === "pglite") return `embedded in ${database.data_dir}`;
  return `PostgreSQL ${database.host}:${database.port}/${database.name} as ${database.user}`;
}

function describeEventLog({ event_log }: Config): string {
  if (event_log === undefined) return "not needed";
  return event_log.kind === "kafka" ? `Kafka ${event_log.brokers.join(",")}, topic ${event_log.topic}` : "in process";
}
