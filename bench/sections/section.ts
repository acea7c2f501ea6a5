import type { ContestResult } from "../contest/contest.ts";

/** Something measured that is no contest of rounds. */
export interface Figure {
  readonly work: string;
  /** As it is to be read, with its unit. */
  readonly value: string;
  readonly target?: string;
  readonly met?: boolean;
}

export interface SectionResult {
  readonly title: string;
  readonly contests: readonly ContestResult[];
  readonly figures: readonly Figure[];
  /** What did not add up, or was answered wrongly: the run fails. */
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}
