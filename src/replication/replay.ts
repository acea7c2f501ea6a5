import { type EventLog, type EventRecord, RecordTooLarge } from "../article/event-log.ts";
import { slices } from "../article/slices.ts";
import type { Report } from "../platform/report.ts";
import type { ParkedEvents } from "../store/parked-events.ts";
import { replay_header } from "./dead-letter.ts";
import type { ClaimedLetter, KeptLetters } from "./kept-letters.ts";

/** Where replayed records go. */
export interface ReplayTarget {
  /** How many partitions the log has now; undefined where it has but one. */
  partitions(): Promise<number | undefined>;
  /** As `EventLog.publish`. */
  send(records: readonly EventRecord[]): Promise<void>;
}

export function throughLog(eventLog: Pick<EventLog, "partitions" | "publish">): ReplayTarget {
  return { partitions: () => eventLog.partitions(), send: (records) => eventLog.publish(records) };
}

/** Where the outbox itself is what lasts of the log: the relay brings them to DB2, under ids of their own. */
export function throughOutbox(parked: Pick<ParkedEvents, "sendVerbatim">): ReplayTarget {
  return { partitions: async () => undefined, send: (records) => parked.sendVerbatim(records) };
}

export interface ReplayParts {
  readonly letters: KeptLetters;
  readonly target: ReplayTarget;
}

export interface ReplayRequest {
  /** Undefined: all that were not replayed, with `force` those too. */
  readonly ids: readonly string[] | undefined;
  readonly force: boolean;
}

export interface ReplayOutcome {
  readonly replayed: readonly string[];
  /** Replayed before, by us or at this moment by somebody else. */
  readonly skipped: readonly string[];
  readonly missing: readonly string[];
  readonly failed: readonly { readonly id: string; readonly error: string }[];
  /** There are more, for another run. */
  readonly more: boolean;
}

/** As many ids as fit in memory without a thought; whoever has more runs again. */
export const replay_letters_max = 100_000;
/** What has been claimed and not sent when the process is killed counts as replayed: few, so that a person can name them. */
const claimed_max = 100;

/**
 * Sends dead letters through the log once more, byte for byte, in the order in which they came, each with a header that says so.
 * Each goes at most once unless forced. Throws what the log throws; what it did not take then counts as not replayed.
 */
export async function replayLetters(
  { letters, target }: ReplayParts,
  { ids, force }: ReplayRequest,
  report: Report,
  signal: AbortSignal,
): Promise<ReplayOutcome> {
  const found = await letters.sizes(ids, force, replay_letters_max + 1);
  const wanted = found.slice(0, replay_letters_max).filter(({ replayed_at }) => force || replayed_at === null);
  const replayed: string[] = [];
  const failed: { id: string; error: string }[] = [];
  const partitions = wanted.length > 0 ? await target.partitions() : undefined;

  for (const slice of slices(wanted, ({ bytes }) => bytes, { records_max: claimed_max })) {
    signal.throwIfAborted();
    let rest = await letters.claim(
      slice.map(({ id }) => id),
      force,
    );
    while (rest.length > 0) {
      const refusal = await send(target, rest, partitions).catch(async (error: unknown) => {
        await letters.release(rest);
        throw error;
      });
      const sent = refusal?.index ?? rest.length;
      replayed.push(...rest.slice(0, sent).map(({ id }) => id));
      const refused = rest[sent];
      if (refusal && refused) {
        await letters.release([refused]);
        failed.push({ id: refused.id, error: refusal.error });
      }
      rest = rest.slice(sent + 1);
      report.progress(replayed.length + failed.length, wanted.length);
    }
  }

  const known = new Set(found.map(({ id }) => id));
  const done = new Set([...replayed, ...failed.map(({ id }) => id)]);
  const asked = ids === undefined ? wanted.map(({ id }) => id) : [...new Set(ids)];
  return {
    replayed,
    failed,
    skipped: asked.filter((id) => known.has(id) && !done.has(id)),
    missing: asked.filter((id) => !known.has(id)),
    more: found.length > replay_letters_max,
  };
}

/** The first record that the log does not take, by its place; those before it are sent. */
async function send(
  target: ReplayTarget,
  claimed: readonly ClaimedLetter[],
  partitions: number | undefined,
): Promise<{ readonly index: number; readonly error: string } | undefined> {
  try {
    await target.send(claimed.map((letter, index) => toRecord(letter, index, partitions)));
    return undefined;
  } catch (error) {
    if (error instanceof RecordTooLarge) return { index: error.outbox_id, error: error.message };
    throw error;
  }
}

/** Into the partition that it came from, whoever put it there; a topic that has shrunk since goes by the key. */
function toRecord(letter: ClaimedLetter, index: number, partitions: number | undefined): EventRecord {
  const { id, key, value, headers, partition } = letter;
  return {
    key,
    value,
    headers: { ...headers, [replay_header]: id },
    outbox_id: index,
    ...(partitions !== undefined && partition < partitions && { partition }),
  };
}
