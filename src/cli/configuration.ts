import type { Config } from "../config/config.ts";
import { type LoadOptions, loadConfig } from "../config/load.ts";
import { unknownVariables } from "../config/misspelt.ts";
import { nearestRoles, roleList } from "../config/roles.ts";
import { didYouMean, UsageError } from "./command.ts";
import type { Terminal } from "./terminal.ts";

/**
 * The configuration for a command; misspelt variables are named on stderr, also when they are the cause of a problem.
 * Throws ConfigError, and UsageError for a `--role` that does not exist.
 */
export function loadFor(terminal: Terminal, options: Omit<LoadOptions, "env" | "terminal">): Config {
  if (options.role !== undefined) checkRole(options.role);
  for (const warning of unknownVariables(terminal.env)) terminal.err(`blog: warning: ${warning}\n`);
  return loadConfig({ ...options, env: terminal.env, terminal: terminal.err_is_terminal });
}

/** Throws UsageError unless `role` is a role or a list of them. */
export function checkRole(role: string): void {
  if (roleList.parse(role) !== undefined) return;
  throw new UsageError(`--role is ${JSON.stringify(role)}; allowed: ${roleList.allowed}${didYouMean(nearestRoles(role))}`);
}
