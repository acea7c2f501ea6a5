import { AppError } from "../../article/errors.ts";
import type { PublicReads } from "../../config/config.ts";
import type { CorsOrigins } from "../../config/origins.ts";
import { comesFromAnotherSite, refused_site } from "../../platform/another-site.ts";
import { grants, type Scope } from "./scopes.ts";
import type { TokenCheck } from "./token.ts";

/**
 * What an operation asks of its caller. `read`: anyone may call it, and sees what `Caller.sees_all` says; `write`: a token with
 * articles:write, unless writes are open; `anyone`: no token is looked at.
 */
export type AccessRule = "anyone" | "read" | "write";

export interface Caller {
  /** The token's `sub`; "" without one. */
  readonly subject: string;
  /** Drafts and archived articles too. */
  readonly sees_all: boolean;
}

/** `challenge` is the value of WWW-Authenticate (RFC 6750, section 3). */
export type Admission = { readonly caller: Caller } | { readonly refused: AppError; readonly challenge: string };

export interface Access {
  readonly open_writes: boolean;
  admit(request: Request, rule: AccessRule): Promise<Admission>;
}

export interface AccessParts {
  /** Undefined where there is no key to check with: then no token is looked at. */
  readonly check?: TokenCheck | undefined;
  /** Whether writes are taken without a token. */
  readonly open_writes: boolean;
  /** What is read without one. */
  readonly public_reads: PublicReads;
  /** Sites whose pages may write where anyone may. */
  readonly cors_origins?: CorsOrigins | undefined;
}

/**
 * Judges who may do what. A token that is sent is judged also where none is needed: what it does not grant is refused, so that
 * a client learns of its mistake where writes are open, and nobody takes a hidden article for one that is not there.
 */
export function createAccess({ check, open_writes, public_reads, cors_origins }: AccessParts): Access {
  return {
    open_writes,
    async admit({ headers }, rule) {
      const token = check === undefined || rule === "anyone" ? undefined : bearerOf(headers);
      const verdict = token === undefined ? undefined : await check?.(token);
      if (verdict?.valid === false) return unauthorized(verdict.reason, "invalid_token");
      const holds = (scope: Scope) => verdict !== undefined && grants(verdict.scopes, scope);
      if (rule === "write" && !holds("articles:write")) {
        if (verdict !== undefined) return forbidden("articles:write");
        if (!open_writes) return unauthorized("This needs an access token: Authorization: Bearer TOKEN.");
        if (comesFromAnotherSite(headers, cors_origins)) return foreign;
      }
      return { caller: { subject: verdict?.subject ?? "", sees_all: public_reads === "all" || holds("articles:read") } };
    },
  };
}

/** What follows `Bearer`, be it a token or not; undefined when another scheme or nothing is sent. */
function bearerOf(headers: Headers): string | undefined {
  const match = /^bearer(?: +(.*))?$/i.exec(headers.get("authorization") ?? "");
  return match === null ? undefined : (match[1] ?? "");
}

const realm = 'Bearer realm="blog"';

const foreign: Admission = {
  refused: new AppError("forbidden", refused_site),
  challenge: realm,
};

/** Without `error` when no token was sent: there is nothing wrong with it (RFC 6750, section 3.1). */
function unauthorized(message: string, error?: "invalid_token"): Admission {
  const challenge = error === undefined ? realm : `${realm}, error="${error}", error_description="${message}"`;
  return { refused: new AppError("unauthorized", message), challenge };
}

function forbidden(needed: Scope): Admission {
  const refused = new AppError("forbidden", `The access token does not have the scope ${needed}.`);
  return { refused, challenge: `${realm}, error="insufficient_scope", scope="${needed}"` };
}
