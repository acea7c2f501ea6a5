import type { Config } from "../config/config.ts";
import { type Access, createAccess } from "../rest/access/access.ts";
import { createTokenCheck } from "../rest/access/token.ts";

/** Who may read and write here: the same for the API and for the replica. */
export function openAccess({ access, web }: Pick<Config, "access" | "web">): Access {
  const { keys, open_writes, public_reads } = access;
  const check = keys && createTokenCheck(keys, () => new Date());
  return createAccess({ check, open_writes, public_reads, cors_origins: web.cors_origins });
}
