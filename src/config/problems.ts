import type { Variable } from "./env.ts";

/** One thing wrong: the variable, what it holds (secrets masked), and what it may hold. */
export interface Problem {
  readonly variable: string;
  readonly found: string;
  readonly allowed: string;
}

/** The configuration cannot be used. Carries every problem, not just the first. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(
      `${problems.length === 1 ? "1 configuration problem" : `${problems.length} configuration problems`}\n${list(problems)}`,
    );
    this.problems = problems;
  }
}

function list(problems: readonly Problem[]): string {
  return problems.map(({ variable, found, allowed }) => `  ${variable}: found ${found}; allowed: ${allowed}`).join("\n");
}

const shown_characters_max = 80;

/** What a person may see of a value: nothing of a secret but its length, and no password inside a URL. */
export function describeFound(variable: Variable, text: string): string {
  if (variable.secret) return `a secret of ${Buffer.byteLength(text)} bytes`;
  const shown = maskPasswords(text);
  return JSON.stringify(shown.length > shown_characters_max ? `${shown.slice(0, shown_characters_max)}…` : shown);
}

/** Connection strings are a common thing to paste into the wrong variable: what stands before an `@` may hold a password. */
export function maskPasswords(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, "$1***@").replace(/(pass(?:word)?|secret|token)=\S*/gi, "$1=***");
}
