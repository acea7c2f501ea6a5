import { allVariables } from "./env.ts";
import { maskPasswords } from "./problems.ts";
import { type Environment, textOf } from "./reader.ts";

/** A variable as it is in effect. `value` is null where nothing is set and there is no default. */
export interface EffectiveVariable {
  readonly name: string;
  readonly value: string | null;
  readonly source: "environment" | "default" | "unset";
}

/** Every variable as it stands, secrets masked. Values are shown as they were written, right or wrong. */
export function effectiveVariables(env: Environment): readonly EffectiveVariable[] {
  return allVariables.map((variable) => {
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
