/** Why a file that a variable names could not be read, in words for who set it. */
export function unreadable(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "ENOENT":
      return "there is no such file";
    case "EACCES":
      return "this user may not read it";
    case "EISDIR":
      return "this is a folder";
    default:
      return `it cannot be read (${code ?? error})`;
  }
}
