import { allVariables, variables } from "./env.ts";
import { maskPasswords } from "./problems.ts";
import { type Environment, textOf } from "./reader.ts";

/** A variable as it is in effect. `value` is null where nothing is set and there is no default. */
export interface EffectiveVariable {
  readonly name: string;
  readonly value: string | null;
  readonly source: "--role" | "environment" | "default" | "unset";
}

/** Every variable as it stands, secrets masked; `role` is `--role`'s. Values are shown as they were written, right or wrong. */
export function effectiveVariables(env: Environment, role?: string): readonly EffectiveVariable[] {
  return allVariables.map((variable) => {
    if (variable === variables.role && role !== undefined) return { name: variable.name, value: role, source: "--role" };
    const text = textOf(env, variable);
    if (text !== undefined) {
      return { name: variable.name, value: variable.secret ? "***" : maskPasswords(text), source: "environment" };
    }
    const value = variable.default ?? variable.default_in_words?.replaceAll("`", "");
    return value === undefined
      ? { name: variable.name, value: null, source: "unset" }
      : { name: variable.name, value, source: "default" };
  });
}
