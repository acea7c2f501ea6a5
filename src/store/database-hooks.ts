/** What a database tells of its work; roles make metrics of it. */
export interface DatabaseHooks {
  /** `kind` is the statement's, one of few words; the duration excludes the wait for a connection. */
  onQueryFinished?(kind: string, duration_ms: number, ok: boolean): void;
  /** No connection was to be had, so there was no statement that could fail. */
  onConnectionMissed?(): void;
}

/** Runs one statement and reports it. */
export async function observed<Result>(hooks: DatabaseHooks, kind: string, run: () => Promise<Result>): Promise<Result> {
  const started_ms = performance.now();
  let ok = false;
  try {
    const result = await run();
    ok = true;
    return result;
  } finally {
    hooks.onQueryFinished?.(kind, performance.now() - started_ms, ok);
  }
}

/** `begin` for a text that opens a transaction and sets its limits. */
export function controlKindOf(text: string): string {
  return text.split(/[ ;]/, 1)[0]?.toLowerCase() ?? "";
}
