import type { AccessConfig, Config, Role } from "./config.ts";
import { variables } from "./env.ts";
import type { Reader } from "./reader.ts";

interface AccessNeeds {
  readonly command: string;
  readonly roles: readonly Role[];
  readonly production: boolean;
}

/** Who may read and write. Only those who answer for articles need the key: the gateway passes a token on, and never looks into it. */
export function readAccess(reader: Reader, { command, roles, production }: AccessNeeds): AccessConfig {
  const current = reader.optional(variables.secret_key);
  const previous = reader.optional(variables.secret_key_previous);
  const public_reads = reader.optional(variables.public_reads) ?? (production ? "published" : "all");

  const answering = command === "serve" && (roles.includes("api") || roles.includes("sync"));
  if (answering && production) reader.demand(variables.secret_key, "required in production");
  if (answering && public_reads === "published") {
    reader.demand(variables.secret_key, `required since ${variables.public_reads.name} is published: else nobody reads a draft`);
  }
  if (command === "token") reader.demand(variables.secret_key, "it signs the token");
  if (reader.isSet(variables.secret_key_previous) && !reader.isSet(variables.secret_key)) {
    reader.refuse(variables.secret_key_previous, `only together with ${variables.secret_key.name}`);
  }

  const keys = current === undefined ? undefined : { current, ...(previous === undefined ? {} : { previous }) };
  return { ...(keys === undefined ? {} : { keys }), open_writes: !production, public_reads };
}

/** Who may read and write at the chosen roles, for people; empty for a gateway alone, which decides nothing of it. */
export function describeAccess({ access, roles, env }: Config): readonly (readonly [what: string, who: string])[] {
  const writes = access.open_writes
    ? `open to anyone who reaches the port (${variables.env.name}=${env})`
    : "need a token with articles:write (blog token)";
  const reads =
    access.public_reads === "all"
      ? "all without a token, drafts too"
      : "published articles; others need a token with articles:read";
  return [
    ...(roles.includes("api") ? [["writes", writes] as const] : []),
    ...(roles.includes("api") || roles.includes("sync") ? [["reads", reads] as const] : []),
  ];
}
