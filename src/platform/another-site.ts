import { isIP } from "node:net";
import type { CorsOrigins } from "../config/origins.ts";

/** Names that no public DNS server answers for (RFC 6761, RFC 6762, RFC 8375; .internal is kept free by ICANN, .lan by habit). */
const localNames = /^[^.]+$|\.(?:localhost|local|internal|lan|test|home\.arpa)$/;

/** What such a write is told. */
export const refused_site = "Pages of this site may not write here: CORS_ORIGINS does not name it.";

/**
 * Whether a browser sends a write for a page of a site that is not among `allowed`. A POST without a body is sent without asking first
 * (Fetch standard, section 3.3.5), to a developer's own machine too; who has to show a token is safe from that, who need not is not.
 * A site with a public name counts as another one also where browser and Host say that it is this one: whoever owns the name can have
 * it lead to this machine (DNS rebinding).
 */
export function comesFromAnotherSite(headers: Headers, allowed: CorsOrigins | undefined): boolean {
  const origin = headers.get("origin");
  if (origin === null || allowed === "*" || allowed?.includes(origin)) return false;
  if (!URL.canParse(origin)) return true;
  const { host, hostname } = new URL(origin);
  if (!localNames.test(hostname) && isIP(hostname.replace(/^\[|\]$/g, "")) === 0) return true;
  // Fetch Metadata; older browsers, and plain HTTP to another machine, have no such header.
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site !== "same-origin" && site !== "none";
  return host !== headers.get("host");
}
