import { createSecretKey } from "node:crypto";
import { errors, type JWTPayload, jwtVerify, SignJWT } from "jose";
import { Text, textProblem } from "../../article/text.ts";
import type { TokenKeys } from "../../config/config.ts";
import type { Scope } from "./scopes.ts";

/** Pinned: whoever sends a token must not choose how it is checked (RFC 8725, section 3.1). */
const algorithm = "HS256";

/** It becomes part of a key in DB1, which takes no NUL and nothing of any length. */
export const Subject = Text({ minLength: 1, maxLength: 255 });

export interface TokenGrant {
  readonly scope: Scope;
  /** Who it is for: idempotency keys of one subject never meet another's. */
  readonly subject: string;
  readonly issued_at: Date;
  readonly expires_at: Date;
}

/** A token for `Authorization: Bearer` (RFC 7519), signed with `key`, of at least 32 bytes. */
export function signToken(key: string, { scope, subject, issued_at, expires_at }: TokenGrant): Promise<string> {
  return new SignJWT({ scope })
    .setProtectedHeader({ alg: algorithm, typ: "JWT" })
    .setSubject(subject)
    .setIssuedAt(issued_at)
    .setExpirationTime(expires_at)
    .sign(createSecretKey(key, "utf8"));
}

/** What a token says, or why it says nothing: a sentence that may be shown, and holds nothing of the token. */
export type TokenVerdict =
  | { readonly valid: true; readonly subject: string; readonly scopes: readonly string[] }
  | { readonly valid: false; readonly reason: string };

export type TokenCheck = (token: string) => Promise<TokenVerdict>;

/** Tokens that were found valid and are remembered; of more, those forgotten first are checked anew. */
const remembered_max = 1_000;

/**
 * Checks signature, `exp` (required), `nbf` and `sub`. A token without `sub` has the subject of those who send none: "". One that was
 * found valid is so until its `exp`: to look again at who sends many requests would take longer than many of those requests, and while
 * it is looked at, a body comes in that may have to be refused.
 */
export function createTokenCheck({ current, previous }: TokenKeys, now: () => Date): TokenCheck {
  const keys = [current, ...(previous === undefined ? [] : [previous])].map((key) => createSecretKey(key, "utf8"));

  const remembered = new Map<string, { readonly verdict: TokenVerdict; readonly exp: number }>();

  function remember(token: string, payload: JWTPayload): TokenVerdict {
    const verdict = read(payload);
    if (!verdict.valid || payload.exp === undefined) return verdict;
    const [oldest] = remembered.size < remembered_max ? [] : remembered.keys();
    if (oldest !== undefined) remembered.delete(oldest);
    remembered.set(token, { verdict, exp: payload.exp });
    return verdict;
  }

  return async (token) => {
    const known = remembered.get(token);
    if (known !== undefined && now().getTime() < known.exp * 1_000) return known.verdict;
    if (!isCanonical(token)) return invalid;
    for (const key of keys) {
      try {
        const options = { algorithms: [algorithm], requiredClaims: ["exp"], currentDate: now() };
        return remember(token, (await jwtVerify(token, key, options)).payload);
      } catch (error) {
        if (error instanceof errors.JWSSignatureVerificationFailed) continue;
        if (error instanceof errors.JWTExpired) return { valid: false, reason: "The access token has expired." };
        if (error instanceof errors.JOSEError) return invalid;
        throw error;
      }
    }
    return invalid;
  };
}

/**
 * The last letter of a signature holds two bits that belong to no byte (RFC 4648, section 3.5): decoded as they come, four letters would
 * make the same token. Head and claims are signed as letters.
 */
function isCanonical(token: string): boolean {
  const signature = token.slice(token.lastIndexOf(".") + 1);
  return Buffer.from(signature, "base64url").toString("base64url") === signature;
}

const invalid = { valid: false, reason: "The access token is not valid." } as const;

function read({ sub = "", scope }: JWTPayload): TokenVerdict {
  if (sub !== "" && textProblem(Subject, sub) !== undefined) return invalid;
  return { valid: true, subject: sub, scopes: typeof scope === "string" ? scope.split(" ") : [] };
}
