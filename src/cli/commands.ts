import type { Command } from "./command.ts";

export interface CommandEntry {
  readonly name: string;
  /** For the list in `blog --help`. */
  readonly summary: string;
  /** Loaded when it is called, so that `health` in a container need not load a server. */
  load(): Promise<Command>;
}

/** Every subcommand, in the order of the help. */
export const commands: readonly CommandEntry[] = [
  {
    name: "migrate",
    summary: "apply pending migrations, or show them (--status)",
    load: async () => (await import("./migrate.ts")).migrate,
  },
  {
    name: "seed",
    summary: "write generated, repeatable articles",
    load: async () => (await import("./seed.ts")).seed,
  },
  {
    name: "health",
    summary: "show each dependency's state; exit 0 only if ready",
    load: async () => (await import("./health.ts")).health,
  },
  {
    name: "verify",
    summary: "compare DB1 and DB2; --repair mends what differs",
    load: async () => (await import("./verify.ts")).verify,
  },
  {
    name: "resync",
    summary: "rebuild DB2 from DB1 while both serve",
    load: async () => (await import("./resync.ts")).resync,
  },
  {
    name: "dlq",
    summary: "list, show, replay and purge dead letters",
    load: async () => (await import("./dlq.ts")).dlq,
  },
  {
    name: "token",
    summary: "sign an access token with SECRET_KEY",
    load: async () => (await import("./token.ts")).token,
  },
  {
    name: "check-config",
    summary: "name every configuration problem at once",
    load: async () => (await import("./check-config.ts")).checkConfig,
  },
];
