import type { DeadLetter } from "../article/event-log.ts";
import type { Logger } from "../platform/log.ts";
import { traceIdIn } from "../platform/trace.ts";

interface Traced {
  readonly headers: Readonly<Record<string, string | Buffer>>;
}

/** Docker, and others after it, cut a line at 16 KiB: at 35 bytes for each id it stays below. */
const records_max = 400;

/**
 * One line a batch, or a few, with the traces of all its events, so that one id finds a write in the log of every role: fewer bytes than the
 * requests' own lines, and under load far fewer lines. What nobody's request caused (views, a resync) is told at debug only.
 */
export function logBatch(log: Logger, message: string, records: readonly Traced[]): void {
  if (!log.isLevelEnabled("info")) return;
  for (let first = 0; first < records.length; first += records_max) {
    const told = records.slice(first, first + records_max);
    const trace_ids = traceIdsOf(told);
    log[trace_ids.length > 0 ? "info" : "debug"]({ events: told.length, trace_ids }, message);
  }
}

/** What is wrong with it may quote it, so that is told by `blog dlq show` alone. */
export function logDeadLetter(log: Logger, { topic, partition, record, reason }: DeadLetter): void {
  const dead_letter = `${partition}-${record.offset}`;
  const fields = { topic, partition, offset: record.offset, dead_letter, reason, trace_ids: traceIdsOf([record]) };
  log.error(fields, "event given up on: it is kept as a dead letter, see `blog dlq show`");
}

/** Each once. Anyone may have written the header, so only what is an id passes. */
function traceIdsOf(records: readonly Traced[]): readonly string[] {
  const ids = new Set<string>();
  for (const { headers } of records) {
    const id = traceIdIn(headers["traceparent"]?.toString() ?? "");
    if (id !== undefined) ids.add(id);
  }
  return [...ids];
}
