import type { Report } from "../../platform/report.ts";
import { type RepairParts, repair } from "./repair.ts";
import { isEqual, type Verification, type VerifyParts, verify } from "./verify.ts";

export interface Repaired {
  /** What was found first, and mended. */
  readonly found: Verification;
  /** What was found afterwards. */
  readonly left: Verification;
}

/** A verification stops at 100,000 differences; so often the rest is looked for. */
const rounds_max = 50;

/** Verifies, mends what differs, and verifies again. */
export async function verifyAndRepair(parts: VerifyParts & RepairParts, report: Report, signal: AbortSignal): Promise<Repaired> {
  const found = await verify(parts, report, signal);
  let left = found;
  for (let round = 1; !isEqual(left) && round <= rounds_max; round++) {
    const { complete } = left;
    report.note(`${left.differences.length} differences to mend`);
    await repair(parts, left, report, signal);
    left = await verify(parts, report, signal);
    // What one repair did not cure, the next would not cure either.
    if (complete) break;
  }
  return { found, left };
}
