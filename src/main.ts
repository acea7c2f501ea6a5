import { commandLine } from "./cli/command-line.ts";
import { exit, processTerminal } from "./cli/terminal.ts";

await exit(await commandLine(process.argv.slice(2), processTerminal()));
