import { type Static, Type } from "@sinclair/typebox";
import type { Report } from "../platform/report.ts";
import {
  type DeadLetterDetail,
  DeadLetterDetailSchema,
  DeadLetterSummarySchema,
  dead_letter_id,
  parkedIdOf,
  parkedLetterId,
} from "../replication/dead-letter.ts";
import { createKeptLetters } from "../replication/kept-letters.ts";
import { toParkedDetail, toParkedSummary } from "../replication/parked-letter.ts";
import { type ReplayTarget, replayLetters } from "../replication/replay.ts";
import type { Database } from "../store/database.ts";
import { createParkedEvents } from "../store/parked-events.ts";

export interface DeadLetterParts {
  /** DB2, which keeps what could not be applied. */
  readonly replica: Database;
  /** DB1, which keeps what could not be published; undefined where this process does not know it. */
  readonly primary: Database | undefined;
  readonly target: ReplayTarget;
}

const Ids = Type.Array(Type.String({ pattern: dead_letter_id.source }));
export const list_limit_max = 10_000;

export const ListLettersArgsSchema = Type.Object({
  reason: Type.Optional(Type.String()),
  since: Type.Optional(Type.String()),
  limit: Type.Integer({ minimum: 1, maximum: list_limit_max }),
});
export const ListLettersResultSchema = Type.Object({
  dead_letters: Type.Array(DeadLetterSummarySchema),
  total: Type.Integer(),
});
export type ListLettersResult = Static<typeof ListLettersResultSchema>;

/** What DB2 keeps and what DB1 has parked, the newest first. */
export async function listLetters(
  { replica, primary }: DeadLetterParts,
  filter: Static<typeof ListLettersArgsSchema>,
): Promise<ListLettersResult> {
  const letters = createKeptLetters(replica);
  const parked = primary && createParkedEvents(primary);
  const [kept, kept_count, waiting, waiting_count] = await Promise.all([
    letters.list(filter),
    letters.count(filter),
    parked?.list(filter) ?? [],
    parked?.count(filter) ?? 0,
  ]);
  const all = [...kept, ...waiting.map(toParkedSummary)];
  const newest = all.sort((a, b) => (a.failed_at < b.failed_at ? 1 : a.failed_at > b.failed_at ? -1 : 0));
  return { dead_letters: newest.slice(0, filter.limit), total: kept_count + waiting_count };
}

export const ShowLetterArgsSchema = Type.Object({ id: Type.String({ pattern: dead_letter_id.source }) });
export const ShowLetterResultSchema = Type.Union([DeadLetterDetailSchema, Type.Null()]);

/** Null when there is none of this id. */
export async function showLetter(
  { replica, primary }: DeadLetterParts,
  { id }: Static<typeof ShowLetterArgsSchema>,
): Promise<DeadLetterDetail | null> {
  const parked_id = parkedIdOf(id);
  if (parked_id === undefined) return (await createKeptLetters(replica).get(id)) ?? null;
  const found = await createParkedEvents(knownPrimary(primary)).get(parked_id);
  return found === undefined ? null : toParkedDetail(found);
}

export const ReplayLettersArgsSchema = Type.Object({
  /** Without it all. */
  ids: Type.Optional(Ids),
  force: Type.Boolean(),
});
export const ReplayLettersResultSchema = Type.Object({
  replayed: Type.Array(Type.String()),
  skipped: Type.Array(Type.String()),
  missing: Type.Array(Type.String()),
  failed: Type.Array(Type.Object({ id: Type.String(), error: Type.String() })),
  more: Type.Boolean(),
});
export type ReplayLettersResult = Static<typeof ReplayLettersResultSchema>;

/** Sends letters through the log once more, and puts parked events back into the outbox. Throws as `replayLetters`. */
export async function replayAll(
  { replica, primary, target }: DeadLetterParts,
  { ids, force }: Static<typeof ReplayLettersArgsSchema>,
  report: Report,
  signal: AbortSignal,
): Promise<ReplayLettersResult> {
  const { kept_ids, parked_ids } = splitIds(ids);
  const parked = await replayParked(primary, parked_ids);
  const { replayed, skipped, missing, failed, more } = await replayLetters(
    { letters: createKeptLetters(replica), target },
    { ids: kept_ids, force },
    report,
    signal,
  );
  return {
    replayed: [...parked.found, ...replayed],
    skipped: [...skipped],
    missing: [...parked.missing, ...missing],
    failed: [...failed],
    more,
  };
}

export const PurgeLettersArgsSchema = Type.Object({
  /** Without it all, or those that failed before `before`. */
  ids: Type.Optional(Ids),
  /** RFC 3339. */
  before: Type.Optional(Type.String()),
});
export const PurgeLettersResultSchema = Type.Object({ purged: Type.Integer(), missing: Type.Array(Type.String()) });
export type PurgeLettersResult = Static<typeof PurgeLettersResultSchema>;

/** Forgets dead letters for good. */
export async function purgeLetters(
  { replica, primary }: DeadLetterParts,
  { ids, before }: Static<typeof PurgeLettersArgsSchema>,
): Promise<PurgeLettersResult> {
  const letters = createKeptLetters(replica);
  if (ids === undefined) {
    const kept = await letters.removeAll(before);
    const parked = primary ? await createParkedEvents(primary).removeAll(before) : 0;
    return { purged: kept + parked, missing: [] };
  }
  const { kept_ids = [], parked_ids = [] } = splitIds(ids);
  const kept = await letters.remove(kept_ids);
  const parked = parked_ids.length > 0 ? await createParkedEvents(knownPrimary(primary)).remove(parked_ids) : [];
  const gone = new Set([...kept, ...parked.map(parkedLetterId)]);
  return { purged: gone.size, missing: [...new Set(ids)].filter((id) => !gone.has(id)) };
}

async function replayParked(primary: Database | undefined, ids: readonly number[] | undefined) {
  if (ids?.length === 0 || (ids === undefined && primary === undefined)) return { found: [], missing: [] };
  const parked = createParkedEvents(knownPrimary(primary));
  const wanted = ids ?? (await parked.ids());
  const found = new Set(await parked.unpark(wanted));
  return {
    found: [...found].map(parkedLetterId),
    missing: ids === undefined ? [] : wanted.filter((id) => !found.has(id)).map(parkedLetterId),
  };
}

/** Undefined means all, here as there. */
function splitIds(ids: readonly string[] | undefined) {
  if (ids === undefined) return { kept_ids: undefined, parked_ids: undefined };
  return {
    kept_ids: ids.filter((id) => parkedIdOf(id) === undefined),
    parked_ids: [...new Set(ids.flatMap((id) => parkedIdOf(id) ?? []))],
  };
}

function knownPrimary(primary: Database | undefined): Database {
  if (primary) return primary;
  throw new Error("Events of the outbox are parked in DB1, which is not configured here: set DB1_HOST and the others");
}
