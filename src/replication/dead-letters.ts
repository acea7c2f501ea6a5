import type { DeadLetter } from "../article/event-log.ts";
import type { Database, Statement } from "../store/database.ts";

/** Keeps a dead letter in DB2, once however often it comes; `id` is PARTITION-OFFSET of its source. */
export async function keepDeadLetter(database: Database, letter: DeadLetter): Promise<void> {
  const { record, topic, partition, reason, error, failed_at, attempts } = letter;
  const id = `${partition}-${record.offset}`;
  const headers = JSON.stringify(encodeHeaders(record.headers));
  await database.query(insert, [
    id,
    topic,
    partition,
    record.offset,
    record.key,
    record.value,
    headers,
    reason,
    withoutNul(error),
    failed_at,
    attempts,
  ]);
}

/** A topic that was made anew counts from 0 again: then what lay under the same id is history, and the new letter takes its place. */
const insert: Statement = {
  name: "keep_dead_letter",
  text: `
INSERT INTO dead_letters AS d (id, source_topic, source_partition, source_offset, key, value, headers, reason, error, failed_at, attempts)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (id) DO UPDATE SET source_topic = excluded.source_topic, key = excluded.key, value = excluded.value,
  headers = excluded.headers, reason = excluded.reason, error = excluded.error, failed_at = excluded.failed_at,
  attempts = excluded.attempts, replayed_at = NULL
WHERE (d.source_topic, d.key, d.value) IS DISTINCT FROM (excluded.source_topic, excluded.key, excluded.value)`,
};

function encodeHeaders(headers: DeadLetter["record"]["headers"]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [withoutNul(name), value.toString("base64")]));
}

/** PostgreSQL's text has no NUL, and an error may quote the poison that it is about. */
function withoutNul(text: string): string {
  return text.replaceAll("\0", "\uFFFD").toWellFormed();
}
