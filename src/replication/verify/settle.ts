import type { LogMark } from "../../article/event-log.ts";
import { pause } from "../../platform/deadline.ts";
import type { Queryable } from "../../store/database.ts";
import { type CarriageParts, markWritten } from "../carried.ts";
import { type DifferenceKind, judge, type Verdict } from "./judge.ts";
import { type Look, look_ids_max, lookAt } from "./look.ts";

export interface SettleParts extends CarriageParts {
  readonly primary: Queryable;
  readonly replica: Queryable;
  /** What is on its way may take so long to arrive. */
  readonly settle_timeout_ms: number;
  readonly signal: AbortSignal;
}

export interface Difference {
  readonly id: number;
  readonly kind: DifferenceKind;
  readonly look: Look;
}

export interface Settled {
  readonly differences: readonly Difference[];
  /** Ids of which nothing can be said: what was written before they were seen has not arrived in time. */
  readonly unsettled: readonly number[];
  /** Why the arrival could not be told, where that is known. */
  readonly trouble?: string;
}

const poll_interval_ms = 50;
const poll_interval_max_ms = 1000;
/** An article that is deleted while we look at it is looked at anew; more often than this it does not happen. */
const rounds_max = 3;

/** Tells differences from what is merely on its way, while writes go on. */
export async function settle(parts: SettleParts, suspects: readonly number[]): Promise<Settled> {
  const differences: Difference[] = [];
  let ids = suspects;
  for (let round = 1; ids.length > 0 && round <= rounds_max; round++) {
    const { found, again, unsettled, trouble } = await settleOnce(parts, ids);
    differences.push(...found);
    if (unsettled.length > 0) return { differences: sorted(differences), unsettled, ...(trouble !== undefined && { trouble }) };
    ids = again;
  }
  return { differences: sorted(differences), unsettled: [] };
}

async function settleOnce(parts: SettleParts, suspects: readonly number[]) {
  const { settle_timeout_ms, signal } = parts;
  let pending = (await lookAtAll(parts, suspects)).filter((look) => judge(look, look).some(({ is }) => is !== "equal"));
  const found: Difference[] = [];
  const again: number[] = [];
  if (pending.length === 0) return { found, again, unsettled: [] };

  const mark = await markWritten(parts);
  const deadline_ms = performance.now() + settle_timeout_ms;
  let trouble: string | undefined;
  for (let interval_ms = poll_interval_ms; ; interval_ms = Math.min(poll_interval_max_ms, interval_ms * 1.5)) {
    signal.throwIfAborted();
    // Asked before the look, which then shows all that has come.
    const passed = await hasPassed(mark, (message) => {
      trouble = message;
    });
    const first = new Map(pending.map((look) => [look.id, look]));
    const still: Look[] = [];
    for (const now of await lookAtAll(parts, [...first.keys()])) {
      const before = first.get(now.id) ?? now;
      const verdicts = judge(before, now);
      if (verdicts.every(({ is }) => is === "equal")) continue;
      if (verdicts.some(({ is }) => is === "pending" || is === "again") && !passed) still.push(before);
      else if (verdicts.some(({ is }) => is === "again")) again.push(now.id);
      else found.push(...toDifferences(now, verdicts));
    }
    pending = still;
    if (pending.length === 0) return { found, again, unsettled: [] };
    if (performance.now() >= deadline_ms) return { found, again, unsettled: pending.map(({ id }) => id), trouble };
    await pause(interval_ms, signal);
  }
}

async function hasPassed(mark: LogMark, onTrouble: (message: string) => void): Promise<boolean> {
  try {
    return (await mark.behind()) === 0;
  } catch (error) {
    onTrouble(error instanceof Error ? error.message : String(error));
    return false;
  }
}

async function lookAtAll({ primary, replica }: SettleParts, ids: readonly number[]): Promise<readonly Look[]> {
  const looks: Look[] = [];
  for (let begin = 0; begin < ids.length; begin += look_ids_max) {
    looks.push(...(await lookAt(primary, replica, ids.slice(begin, begin + look_ids_max))));
  }
  return looks;
}

function toDifferences(look: Look, verdicts: readonly Verdict[]): readonly Difference[] {
  return verdicts.flatMap((verdict) => ("kind" in verdict ? [{ id: look.id, kind: verdict.kind, look }] : []));
}

function sorted(differences: readonly Difference[]): readonly Difference[] {
  return differences.toSorted((a, b) => a.id - b.id);
}
