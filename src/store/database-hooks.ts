/** What a database tells of its work; roles make metrics of it. */
export interface DatabaseHooks {
  /** `name` is the statement's, `unnamed` for dynamic ones; the duration excludes the wait for a connection. */
  onQueryFinished?(name: string, duration_ms: number, ok: boolean): void;
}

/** Runs one statement and reports it. */
export async function observed<Result>(
  hooks: DatabaseHooks,
  name: string | undefined,
  run: () => Promise<Result>,
): Promise<Result> {
  const started_ms = performance.now();
  let ok = false;
  try {
    const result = await run();
    ok = true;
    return result;
  } finally {
    hooks.onQueryFinished?.(name ?? "unnamed", performance.now() - started_ms, ok);
  }
}
