import type { Environment } from "../config/reader.ts";

/** What a command sees of the world it was typed in. */
export interface Terminal {
  readonly env: Environment;
  /** Results. */
  out(text: string): void;
  /** Progress, problems. */
  err(text: string): void;
  readonly err_is_terminal: boolean;
  readonly columns: number;
}

/** The terminal of this process. A reader that has gone away (`| head`) ends it quietly: it has what it wanted. */
export function processTerminal(): Terminal {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  process.stderr.on("error", () => {});
  return {
    env: process.env,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    err_is_terminal: process.stderr.isTTY === true,
    columns: process.stderr.columns ?? 80,
  };
}

/** Ends the process once everything written has left it: a pipe takes a long listing in several turns, 64 KiB at a time. */
export async function exit(code: number): Promise<never> {
  // Not an empty write: Bun calls back for that before what was written earlier has left.
  await new Promise<void>((resolve) => process.stdout.end(() => resolve()));
  process.exit(code);
}
