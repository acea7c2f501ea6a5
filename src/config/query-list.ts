import { readFileSync } from "node:fs";
import type { Variable } from "./env.ts";
import type { Reader } from "./reader.ts";
import { unreadable } from "./unreadable.ts";

/** Texts of GraphQL queries by the SHA-256 of each, in hex. */
export type QueryList = ReadonlyMap<string, string>;

/** The queries in the file that `variable` names; undefined when it is not set, or the problem is noted. */
export function readQueryList(reader: Reader, variable: Variable<string>): QueryList | undefined {
  const file = reader.optional(variable);
  if (file === undefined) return undefined;
  try {
    // As text of any editor: without the mark that some begin a file with.
    return parseQueryList(new TextDecoder().decode(readFileSync(file)));
  } catch (error) {
    const problem = error instanceof WrongList ? error.message : unreadable(error);
    reader.refuse(variable, `${variable.rule.allowed}; ${problem}`);
    return undefined;
  }
}

class WrongList extends Error {
  override readonly name = "WrongList";
}

function parseQueryList(json: string): QueryList {
  const list = parse(json);
  if (typeof list !== "object" || list === null || Array.isArray(list)) throw new WrongList("it is not a JSON object");
  const entries = Object.entries(list).map(([hash, text]: [string, unknown]) => {
    if (typeof text !== "string") throw new WrongList(`what stands under ${hash} is not text`);
    const right = new Bun.CryptoHasher("sha256").update(text).digest("hex");
    if (right !== hash) throw new WrongList(`${hash} is not the SHA-256 of its text, ${right} is`);
    return [hash, text] as const;
  });
  if (entries.length === 0) throw new WrongList("it lists no query");
  return new Map(entries);
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new WrongList(`it is not JSON (${error instanceof Error ? error.message : error})`);
  }
}
