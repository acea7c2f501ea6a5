import { ConfigError } from "../config/problems.ts";
import { nearest } from "../platform/nearest.ts";
import { type Command, didYouMean, type ExitCode, exitCodes, UsageError } from "./command.ts";
import { commands } from "./commands.ts";
import { describeFailure } from "./failure.ts";
import { commandHelp, mainHelp } from "./help.ts";
import type { Terminal } from "./terminal.ts";
import { versionLine } from "./version.ts";

/** Runs what was typed. Never throws: whatever goes wrong is told on stderr and becomes the exit code. */
export async function commandLine(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    return await dispatch(argv, terminal);
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.err(`blog: ${error.message}\nTry: blog ${helpTopic(argv)}--help\n`);
      return exitCodes.wrong_usage;
    }
    if (error instanceof ConfigError) {
      terminal.err(`blog: ${error.message}\n`);
      return exitCodes.wrong_configuration;
    }
    terminal.err(`blog: ${describeFailure(error)}\n`);
    return exitCodes.failed;
  }
}

async function dispatch(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [first, ...rest] = argv;
  if (first === undefined || first.startsWith("-")) return serveOrTell(argv, terminal);
  if (first === "help") return dispatch(rest[0] === undefined ? ["--help"] : [rest[0], "--help"], terminal);
  const entry = commands.find(({ name }) => name === first);
  if (entry === undefined) throw unknownCommand(first);
  const command = await entry.load();
  if (asksFor(rest, "help")) {
    terminal.out(commandHelp(entry.name, command));
    return exitCodes.done;
  }
  return command.run(rest, terminal);
}

async function serveOrTell(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const serve = await loadServe();
  if (asksFor(argv, "help")) {
    terminal.out(mainHelp(serve, commands));
    return exitCodes.done;
  }
  if (asksFor(argv, "version")) {
    terminal.out(versionLine());
    return exitCodes.done;
  }
  return serve.run(argv, terminal);
}

async function loadServe(): Promise<Command> {
  return (await import("./serve.ts")).serve;
}

function asksFor(argv: readonly string[], what: "help" | "version"): boolean {
  return argv.includes(`--${what}`) || argv.includes(`-${what === "help" ? "h" : "V"}`);
}

function unknownCommand(typed: string): UsageError {
  const names = commands.map(({ name }) => name);
  const meant = nearest(typed, [...names, "help"]);
  return new UsageError(`unknown command "${typed}"${didYouMean(meant)}`);
}

function helpTopic(argv: readonly string[]): string {
  return commands.some(({ name }) => name === argv[0]) ? `${argv[0]} ` : "";
}
