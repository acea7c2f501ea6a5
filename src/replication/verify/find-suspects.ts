import type { Report } from "../../platform/report.ts";
import type { Database } from "../../store/database.ts";
import { every_id, type IdRange } from "./compared-rows.ts";
import { differingIds } from "./list-rows.ts";
import { nextPrimaryRange, type RangeChecksum, replicaChecksum, rowsPerRange } from "./range-checksums.ts";

export interface ScanParts {
  readonly primary: Database;
  readonly replica: Database;
  readonly report: Report;
  readonly signal: AbortSignal;
}

export interface Scan {
  readonly ranges: number;
  /** Articles in DB1. */
  readonly rows: number;
  /** The newest epoch of a row in DB2. */
  readonly replica_epoch: number;
  /** Ids that looked different, in order; writes go on, so most may only be on their way. */
  readonly suspects: readonly number[];
  /** False when there were so many that the rest was not looked for. */
  readonly complete: boolean;
}

/** More are no case for repair but for a resync; these take some 10 MB. */
export const suspects_max = 100_000;

/** Compares both databases range by range; only ranges that differ are split, down to ids. */
export async function findSuspects({ primary, replica, report, signal }: ScanParts, total: number): Promise<Scan> {
  const { wide, narrow } = rowsPerRange(primary);
  const suspects: number[] = [];
  let ranges = 0;
  let rows = 0;
  let replica_epoch = 0;

  for await (const found of compareRanges(every_id, wide)) {
    ranges++;
    rows += found.rows;
    replica_epoch = Math.max(replica_epoch, found.epoch);
    report.progress(rows, Math.max(rows, total));
    if (!found.differs) continue;
    for await (const part of compareRanges(found.range, narrow)) {
      if (!part.differs) continue;
      for await (const id of differingIds(primary, replica, part.range)) {
        suspects.push(id);
        if (suspects.length === suspects_max) return { ranges, rows, replica_epoch, suspects, complete: false };
      }
    }
  }
  return { ranges, rows, replica_epoch, suspects, complete: true };

  /** While DB2 computes one range, DB1 computes the next. */
  async function* compareRanges(within: IdRange, rows_max: number) {
    let next: Promise<RangeChecksum> | undefined = nextPrimaryRange(primary, within, rows_max);
    while (next) {
      signal.throwIfAborted();
      const ours: RangeChecksum = await next;
      const rest = { after: ours.range.until, until: within.until };
      next = rest.after < rest.until ? nextPrimaryRange(primary, rest, rows_max) : undefined;
      const [theirs] = await Promise.all([replicaChecksum(replica, ours.range), next]);
      const differs = ours.rows !== theirs.rows || ours.bits !== theirs.bits;
      yield { range: ours.range, rows: ours.rows, epoch: theirs.epoch, differs };
    }
  }
}
