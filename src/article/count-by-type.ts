import type { EventRecord } from "./event-log.ts";

/** How many records there are of each event type, as their headers say. */
export function countByType(records: readonly EventRecord[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { headers } of records) {
    const type = headers["event_type"]?.toString() ?? "unknown";
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}
