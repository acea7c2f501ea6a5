import type { RawRequest } from "./raw-http.ts";

/** What no stranger shall see: stacks, SQL, files, products. */
const inside = /\bat \w+ \(|node_modules|\/src\/|\.ts:\d|SELECT |INSERT INTO|syntax error at|relation "|pg_\w+|PGlite/g;

/** Whether an answer shows something of the inside that did not stand in the request. */
export function showsInside(answer: string, { target, headers = [], body = "" }: Partial<RawRequest>): boolean {
  const asked = [target, readable(target ?? ""), ...headers.flat(), String(body)].join(" ");
  return (answer.match(inside) ?? []).some((found) => !asked.includes(found));
}

function readable(target: string): string {
  return target.replace(/%([0-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
