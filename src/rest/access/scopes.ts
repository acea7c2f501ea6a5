/** What a token may grant, least first: each scope includes those before it. */
export const scopes = ["articles:read", "articles:write", "articles:admin"] as const;
export type Scope = (typeof scopes)[number];

/** Whether one of `granted` is `needed` or includes it; words that are no scope of ours grant nothing. */
export function grants(granted: readonly string[], needed: Scope): boolean {
  return scopes.slice(scopes.indexOf(needed)).some((scope) => granted.includes(scope));
}
