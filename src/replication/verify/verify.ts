import type { Report } from "../../platform/report.ts";
import type { Database } from "../../store/database.ts";
import type { CarriageParts } from "../carried.ts";
import { findSuspects } from "./find-suspects.ts";
import { type Difference, settle } from "./settle.ts";
import { tombstonesBeyond } from "./tombstones-beyond.ts";

export interface VerifyParts extends CarriageParts {
  readonly primary: Database;
  readonly replica: Database;
  readonly settle_timeout_ms?: number;
}

export interface Verification {
  readonly ranges: number;
  /** Articles of DB1 that were compared. */
  readonly rows: number;
  /** What DB2 refuses or holds that is newer than DB1's epoch would win over every write to come. */
  readonly epochs: { readonly primary: number; readonly replica: number };
  readonly differences: readonly Difference[];
  /** Tombstones that stand where DB1 has yet to give its ids: they would swallow the articles that get them. */
  readonly tombstones_beyond: readonly number[];
  readonly unsettled: readonly number[];
  readonly trouble?: string;
  /** False when there were too many differences to look for the rest. */
  readonly complete: boolean;
}

/** A sync that keeps up needs milliseconds; one that has just started, a few seconds. */
const settle_timeout_default_ms = 30_000;

/** Compares DB1 and DB2 by checksums of key ranges, while writes go on. Changes nothing. */
export async function verify(parts: VerifyParts, report: Report, signal: AbortSignal): Promise<Verification> {
  const { primary, replica, settle_timeout_ms = settle_timeout_default_ms } = parts;
  const { ranges, rows, replica_epoch, suspects, complete } = await findSuspects(
    { primary, replica, report, signal },
    await total(primary),
  );
  if (suspects.length > 0) report.note(`${suspects.length} articles look different: waiting for what is on its way`);
  const settled = await settle({ ...parts, settle_timeout_ms, signal }, suspects);
  const floor = await epochOf(replica);
  return {
    ranges,
    rows,
    ...settled,
    tombstones_beyond: await tombstonesBeyond(primary, replica),
    // DB1's last, so that a resync that starts meanwhile is not taken for a difference.
    epochs: { replica: Math.max(floor, replica_epoch), primary: await epochOf(primary) },
    complete,
  };
}

export function isEqual({ epochs, differences, tombstones_beyond, unsettled, complete }: Verification): boolean {
  const none = differences.length === 0 && tombstones_beyond.length === 0 && unsettled.length === 0;
  return none && complete && epochs.replica <= epochs.primary;
}

async function total(primary: Database): Promise<number> {
  const text = "SELECT coalesce(sum(draft + published + archived), 0)::bigint AS total FROM article_counts";
  const { rows } = await primary.query<{ total: number }>({ name: "verify_total", text });
  return rows[0]?.total ?? 0;
}

async function epochOf(database: Database): Promise<number> {
  const { rows } = await database.query<{ epoch: number }>({ name: "verify_epoch", text: "SELECT epoch FROM blog_state" });
  return rows[0]?.epoch ?? 0;
}
