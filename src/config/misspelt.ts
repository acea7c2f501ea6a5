import { nearest } from "../platform/nearest.ts";
import { allVariables } from "./env.ts";
import type { Environment } from "./reader.ts";

const ownPrefixes = /^(?:BLOG|DB1|DB2|KAFKA|GATEWAY)_/;

/** Variables that look like ours and are not read by anything: most likely typing errors. One sentence each. */
export function unknownVariables(env: Environment): readonly string[] {
  const known = allVariables.map(({ name }) => name);
  return Object.keys(env)
    .filter((name) => ownPrefixes.test(name) && !known.includes(name))
    .sort()
    .map((name) => {
      const meant = nearest(name, known);
      return `${name} is set, but there is no such variable${meant === undefined ? "" : `; did you mean ${meant}?`}`;
    });
}
