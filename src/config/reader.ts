import type { Defaulted, Variable } from "./env.ts";
import { describeFound, type Problem } from "./problems.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads variables by their rules, and gathers what is wrong on the way. */
export interface Reader {
  /** The value, or the default. After a problem the default stands in, so that the other variables can be judged too. */
  value<Value>(variable: Defaulted<Value>): Value;
  /** The value, or undefined when the variable is not set (or was refused: the problem is noted). */
  optional<Value>(variable: Variable<Value>): Value | undefined;
  /** True when the variable holds something, be it right or wrong. */
  isSet(variable: Variable): boolean;
  /** Notes a problem unless the variable already has one. */
  refuse(variable: Variable, allowed: string): void;
  /** Notes that a variable must be set, unless it is. */
  demand(variable: Variable, reason: string): void;
  readonly problems: readonly Problem[];
}

export function createReader(env: Environment): Reader {
  const problems: Problem[] = [];

  function refuse(variable: Variable, allowed: string): void {
    if (problems.some((problem) => problem.variable === variable.name)) return;
    const text = textOf(env, variable);
    problems.push({ variable: variable.name, found: text === undefined ? "nothing" : describeFound(variable, text), allowed });
  }

  function optional<Value>(variable: Variable<Value>): Value | undefined {
    const text = textOf(env, variable);
    if (text === undefined) return undefined;
    const value = variable.rule.parse(text);
    if (value === undefined) refuse(variable, variable.rule.allowed);
    return value;
  }

  return {
    problems,
    refuse,
    optional,
    value(variable) {
      const value = optional(variable) ?? variable.rule.parse(variable.default);
      if (value === undefined) throw new Error(`The default of ${variable.name} breaks its own rule`);
      return value;
    },
    isSet: (variable) => textOf(env, variable) !== undefined,
    demand(variable, reason) {
      if (textOf(env, variable) === undefined) refuse(variable, `${variable.rule.allowed}; ${reason}`);
    },
  };
}

/** Compose passes a variable that is not set as an empty one: both mean the same. */
export function textOf(env: Environment, { name }: Variable): string | undefined {
  const text = env[name];
  return text === "" ? undefined : text;
}
