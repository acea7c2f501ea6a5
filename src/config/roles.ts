import { nearest } from "../platform/nearest.ts";
import type { Role } from "./config.ts";
import type { Rule } from "./rules.ts";

export const roles = ["api", "gateway", "sync"] as const satisfies readonly Role[];

/** One role, a comma list of them, or `all`; each at most once. The order that comes out is the order of start. */
export const roleList: Rule<readonly Role[]> = {
  allowed: "all, or a comma list of api, gateway, sync, each once",
  parse(text) {
    const words = text.split(",").map((word) => word.trim());
    if (words.length === 1 && words[0] === "all") return roles;
    const known = roles.filter((role) => words.includes(role));
    return known.length === words.length ? known : undefined;
  },
};

/** What `text` was most likely meant to be, when one word of it is close to a role. */
export function nearestRoles(text: string): string | undefined {
  const words = text.split(",").map((word) => nearest(word.trim(), [...roles, "all"]));
  const suggestion = words.join(",");
  return words.every((word) => word !== undefined) && roleList.parse(suggestion) ? suggestion : undefined;
}

/** All three roles in one process: the one case in which nothing outside is needed. */
export function isAll(chosen: readonly Role[]): boolean {
  return roles.every((role) => chosen.includes(role));
}
