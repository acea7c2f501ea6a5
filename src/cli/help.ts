import { allVariables, type Variable } from "../config/env.ts";
import type { Command, Options } from "./command.ts";
import type { CommandEntry } from "./commands.ts";

/** `blog --help`. */
export function mainHelp(serve: Command, commands: readonly CommandEntry[]): string {
  return `blog: a headless blog backend in one executable

Usage:
  blog [--role=ROLE]          serve; without ROLE everything in one process
  blog COMMAND [OPTIONS]      see blog COMMAND --help

${serve.about}

Options:
${optionLines({ ...serve.options, ...commonOptions, version: { type: "boolean", short: "V", about: "show version, commit and runtime" } })}

Commands:
${columns(commands.map(({ name, summary }) => [name, summary]))}

Environment (blog check-config --print shows what is in effect):
${columns(allVariables.map((variable) => [variable.name, `${variable.about}${shownDefault(variable)}`]))}

Exit codes: 0 done, 1 failed, 2 wrong usage, 78 wrong configuration
`;
}

/** `blog COMMAND --help`. */
export function commandHelp(name: string, command: Command): string {
  return `Usage: blog ${name}${command.operands === undefined ? "" : ` ${command.operands}`} [OPTIONS]

${command.about}

Options:
${optionLines({ ...command.options, ...commonOptions })}
`;
}

const commonOptions: Options = { help: { type: "boolean", short: "h", about: "show this text" } };

function optionLines(options: Options): string {
  return columns(
    Object.entries(options).map(([name, { short, value, about }]) => [
      `${short === undefined ? "" : `-${short}, `}--${name}${value === undefined ? "" : `=${value}`}`,
      about,
    ]),
  );
}

function shownDefault(variable: Variable): string {
  const text = variable.default_in_words?.replaceAll("`", "") ?? variable.default;
  return text === undefined ? "" : ` [${text}]`;
}

/** Rows of two, the second ones aligned. */
export function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd()).join("\n");
}
