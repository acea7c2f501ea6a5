import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { wholeNumber } from "../config/rules.ts";
import { nearest } from "../platform/nearest.ts";
import type { Terminal } from "./terminal.ts";

export const exitCodes = { done: 0, failed: 1, wrong_usage: 2, wrong_configuration: 78 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What was typed is wrong; the message says what would be right. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface Option {
  readonly type: "string" | "boolean";
  readonly short?: string;
  /** How its value is called in the help. */
  readonly value?: string;
  readonly about: string;
}
export type Options = Readonly<Record<string, Option>>;

type Value<Given extends Option> = Given extends { readonly type: "boolean" } ? boolean : string;
/** What was given, by option; a key is there only when its option was. */
export type Values<Given extends Options> = { readonly [Name in keyof Given]?: Value<Given[Name]> };

export interface Command {
  readonly about: string;
  readonly options: Options;
  /** What may stand beside the options, for the help: `[ID…]`. */
  readonly operands?: string;
  /** Throws UsageError, ConfigError, or whatever made it fail. */
  run(argv: readonly string[], terminal: Terminal): Promise<ExitCode>;
}

interface CommandParts<Given extends Options> {
  /** One sentence or a few, for `--help`. */
  readonly about: string;
  readonly options: Given;
  /** Without it nothing but options is taken. */
  readonly operands?: string;
  run(values: Values<Given>, terminal: Terminal, operands: readonly string[]): Promise<ExitCode>;
}

/** A command whose options are parsed strictly before it runs. */
export function defineCommand<const Given extends Options>({ about, options, operands, run }: CommandParts<Given>): Command {
  return {
    about,
    options,
    ...(operands !== undefined && { operands }),
    run(argv, terminal) {
      const { values, positionals } = parseArguments(options, argv, operands !== undefined);
      return run(values, terminal, positionals);
    },
  };
}

/** Throws UsageError for what is unknown, given twice, or lacks its value. */
function parseArguments<Given extends Options>(
  options: Given,
  argv: readonly string[],
  allowPositionals: boolean,
): { readonly values: Values<Given>; readonly positionals: readonly string[] } {
  const config: ParseArgsOptionsConfig = Object.fromEntries(
    Object.entries(options).map(([name, { type, short }]) => [name, { type, ...(short === undefined ? {} : { short }) }]),
  );
  const { tokens } = parseArgs({ args: [...argv], options: config, strict: false, tokens: true });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind === "positional" && !allowPositionals) throw new UsageError(`unexpected argument "${token.value}"`);
    if (token.kind !== "option") continue;
    if (!Object.hasOwn(options, token.name)) throw unknownOption(token.rawName, Object.keys(options));
    if (seen.has(token.name)) throw new UsageError(`${token.rawName} is given twice`);
    seen.add(token.name);
  }
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options: config, strict: true, allowPositionals });
    // parseArgs has checked each value's type against `options`, which is what Values says.
    return { values: values as Values<Given>, positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? firstLine(error.message) : String(error), { cause: error });
  }
}

/** The whole number behind an option. Throws UsageError, naming what is allowed. */
export function integerOption(
  name: string,
  text: string | undefined,
  range: { min: number; max: number; default: number },
): number {
  if (text === undefined) return range.default;
  const rule = wholeNumber(range.min, range.max);
  const value = rule.parse(text);
  if (value === undefined) throw new UsageError(`--${name} is ${JSON.stringify(text)}; allowed: ${rule.allowed}`);
  return value;
}

/** One of a few words behind an option. Throws UsageError, naming what is allowed. */
export function wordOption<const Word extends string>(
  name: string,
  text: string | undefined,
  words: readonly Word[],
): Word | undefined {
  if (text === undefined) return undefined;
  const word = words.find((candidate) => candidate === text);
  if (word !== undefined) return word;
  throw new UsageError(
    `--${name} is ${JSON.stringify(text)}; allowed: one of ${words.join(", ")}${didYouMean(nearest(text, words))}`,
  );
}

/** `; did you mean X?`, or nothing. */
export function didYouMean(meant: string | undefined): string {
  return meant === undefined ? "" : `; did you mean ${meant}?`;
}

function unknownOption(typed: string, known: readonly string[]): UsageError {
  const meant = nearest(typed.replace(/^-+/, ""), [...known, "help"]);
  return new UsageError(`unknown option ${typed}${didYouMean(meant === undefined ? undefined : `--${meant}`)}`);
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? text;
}
