import type { Statement } from "./database.ts";

/** What the server keeps for each prepared statement is tens of kilobytes on each connection. */
const named_max = 256;

/**
 * Names statements of changing shape, so that each shape is prepared and planned once a connection. What stands before
 * the colon says which kind of statement it is. Beyond a number of shapes, further ones run unnamed.
 */
export function createStatementNames(kind: string): (text: string) => Statement {
  const known = new Map<string, Statement>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    if (known.size >= named_max) return { text };
    const statement = { name: `${kind}:${Bun.hash(text).toString(36)}`, text };
    known.set(text, statement);
    return statement;
  };
}
