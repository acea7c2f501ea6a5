import type { CorsOrigins } from "../../config/origins.ts";

/**
 * Whether a browser sends a write for a page of a site that is not among `allowed`. A POST without a body is sent without asking first
 * (Fetch standard, section 3.3.5), to a developer's own machine too; who has to show a token is safe from that, who need not is not.
 */
export function comesFromAnotherSite(headers: Headers, allowed: CorsOrigins | undefined): boolean {
  const origin = headers.get("origin");
  if (origin === null || allowed === "*" || allowed?.includes(origin)) return false;
  // Fetch Metadata; older browsers, and plain HTTP to another machine, have no such header.
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site !== "same-origin" && site !== "none";
  return !URL.canParse(origin) || new URL(origin).host !== headers.get("host");
}
