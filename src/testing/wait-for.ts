/**
 * Awaits a condition: calls `probe` until it returns something other than undefined or false, and gives that back.
 * Rejects after `timeout_ms` with what was awaited and the last error.
 */
export async function waitFor<Found>(
  what: string,
  probe: () => Promise<Found | undefined | false> | Found | undefined | false,
  { timeout_ms = 10_000, interval_ms = 20 }: { timeout_ms?: number; interval_ms?: number } = {},
): Promise<Found> {
  const deadline = performance.now() + timeout_ms;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const found = await probe();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error;
    }
    await Bun.sleep(interval_ms);
  }
  throw new Error(`Waited ${timeout_ms} ms in vain for ${what}`, { cause: last });
}
