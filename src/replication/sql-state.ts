/**
 * Whether the database refuses the data themselves: SQLSTATE classes 22 (data exception) and 23 (integrity constraint violation),
 * PostgreSQL manual, appendix A. Whatever else it says may pass.
 */
export function isDataError(error: unknown): boolean {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^2[23][0-9A-Z]{3}$/.test(code);
}

/** What went wrong, in words, for a log line or a dead letter. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
