import { decodeEvent, UndecodableEvent } from "../article/decode-event.ts";
import type { EventBatch, ReceivedRecord } from "../article/event-log.ts";
import type { BlogEvent } from "../article/events.ts";

/** An event with the record that it came in, which a dead letter would carry. */
export interface DecodedRecord {
  readonly record: ReceivedRecord;
  readonly event: BlogEvent;
  readonly written_at_ms: number;
}

export interface RefusedRecord {
  readonly record: ReceivedRecord;
  readonly error: UndecodableEvent;
}

export function decodeBatch(batch: EventBatch) {
  const decoded: DecodedRecord[] = [];
  const refused: RefusedRecord[] = [];
  for (const record of batch.records) {
    try {
      const event = decodeEvent(record);
      decoded.push({ record, event, written_at_ms: Date.parse(event.timestamp) });
    } catch (error) {
      if (!(error instanceof UndecodableEvent)) throw error;
      refused.push({ record, error });
    }
  }
  return { decoded, refused };
}
