/** One of few words for `error.type`: an error's code, or its class. Never its message, which may quote what was sent. */
export function errorTypeOf(error: unknown): string {
  if (!(error instanceof Error)) return "_OTHER";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
