import type { RecordContent } from "../article/event-log.ts";

/** A row of the outbox that stands for the `article.viewed` events of many articles: its data is `[[id, views], …]`. */
export const viewed_group = { article_id: 0, event_type: "article.viewed" } as const;

/** How many bytes of records come of a byte of the row's data, about. */
export const viewed_group_growth = 30;

interface GroupEvent {
  readonly event_id: string;
  readonly data: readonly (readonly [id: number, views_count: number])[];
}

/** The records that the row `value` (an event whose data is the group) stands for: the same, with the same ids, whenever it is read. */
export function viewedRecords(value: string, traceparent: string | null): readonly RecordContent[] {
  // Written by our own statement.
  const { data, ...envelope }: GroupEvent = JSON.parse(value);
  return data.map(([id, views_count]) => {
    const event_id = eventIdOf(envelope.event_id, id);
    return {
      key: String(id),
      value: JSON.stringify({ ...envelope, event_id, data: { id, views_count } }),
      headers: { event_id, event_type: viewed_group.event_type, ...(traceparent !== null && { traceparent }) },
    };
  });
}

/** The group's UUIDv7 with the article's id in its last 48 bits, which are random (RFC 9562, section 5.7): one of its own for each article. */
function eventIdOf(group_id: string, article_id: number): string {
  return `${group_id.slice(0, 24)}${(article_id % 2 ** 48).toString(16).padStart(12, "0")}`;
}
