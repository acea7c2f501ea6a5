import type { Statement } from "./database.ts";

/** What the server keeps for each prepared statement is tens of kilobytes on each connection. */
const named_max = 64;
/** A shape asked for less often gains little by a name. */
const asked_min = 20;
/** Shapes that are counted before they get a name, so many at a time. */
const counted_max = 256;

/**
 * Names statements of changing shape, so that each shape is prepared and planned once a connection. All of them
 * are told as `kind`. A `common` shape gets its name at once; there must be fewer than
 * `named_max` of them, so that a caller who varies what is asked for cannot use theirs up. Another gets one when it is
 * asked for often while few others are, as long as there are any. The rest run unnamed.
 */
export function createStatementNames(kind: string, timeout_ms?: number): (text: string, common?: boolean) => Statement {
  const what = timeout_ms === undefined ? { kind } : { kind, timeout_ms };
  const named = new Map<string, Statement>();
  const common_named = new Map<string, Statement>();
  const asked = new Map<string, number>();

  return (text, common = false) => {
    const names = common ? common_named : named;
    const found = names.get(text);
    if (found !== undefined) return found;
    if (names.size >= named_max || !(common || isAskedOften(text))) return { ...what, text };
    const statement = { name: `${kind}:${Bun.hash(text).toString(36)}`, ...what, text };
    names.set(text, statement);
    return statement;
  };

  function isAskedOften(text: string): boolean {
    const times = (asked.get(text) ?? 0) + 1;
    asked.delete(text);
    if (times >= asked_min) return true;
    asked.set(text, times);
    const [oldest] = asked.keys();
    if (asked.size > counted_max && oldest !== undefined) asked.delete(oldest);
    return false;
  }
}

/** What a statement is told as, in metrics and traces: one of few words. */
export function kindOf({ kind, name }: Statement): string {
  return kind ?? name ?? "unnamed";
}
