import type { BlogEvent, EventType } from "../article/events.ts";
import type { Refused } from "./apply.ts";
import { replay_header } from "./dead-letter.ts";
import type { DecodedRecord } from "./decode-batch.ts";
import type { Applied } from "./hooks.ts";

/** Counts what became of each event of a batch. One that was overtaken within the batch counts as applied with the newer one. */
export function countApplied(records: readonly DecodedRecord[], refused: Refused, now_ms: number) {
  const counts = new Map<EventType, Applied>();
  const lags_s: number[] = [];
  for (const { record, event, written_at_ms } of records) {
    const stale = isStale(event, refused);
    const { applied, stale: before } = counts.get(event.event_type) ?? { applied: 0, stale: 0 };
    counts.set(event.event_type, stale ? { applied, stale: before + 1 } : { applied: applied + 1, stale: before });
    // Two machines' clocks differ a little. A replay says how long a person took, not how long replication does.
    if (!stale && !(replay_header in record.headers)) lags_s.push(Math.max(0, now_ms - written_at_ms) / 1000);
  }
  return { counts, lags_s };
}

function isStale(event: BlogEvent, refused: Refused): boolean {
  switch (event.event_type) {
    case "resync.completed":
      return false;
    case "article.viewed":
      return refused.views.has(event.data.id);
    default:
      return refused.articles.has(event.data.id);
  }
}
