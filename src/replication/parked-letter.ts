import type { ParkedDetail, ParkedSummary } from "../store/parked-events.ts";
import { type DeadLetterDetail, type DeadLetterSummary, eventOf, parkedLetterId, readable } from "./dead-letter.ts";

/** A parked event as a dead letter: it has no place in the log, and nobody has tried to apply it. */
export function toParkedSummary({ id, key, event_type, reason, error, parked_at }: ParkedSummary): DeadLetterSummary {
  return {
    id: parkedLetterId(id),
    source: null,
    key: key === null ? null : { encoding: "utf-8", text: key },
    event_type,
    reason,
    error,
    failed_at: parked_at,
    attempts: null,
    replayed_at: null,
    replay_of: null,
  };
}

export function toParkedDetail(parked: ParkedDetail): DeadLetterDetail {
  const value = parked.value === null ? null : readable(Buffer.from(parked.value));
  const headers = Object.entries(parked.headers).map(([name, header]) => [name, readable(Buffer.from(header))]);
  return { ...toParkedSummary(parked), headers: Object.fromEntries(headers), value, event: eventOf(value) };
}
