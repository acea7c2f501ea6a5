/** What a call belongs to, to be carried over a queue; only whoever made it looks into it. */
export type Origin = object;

/**
 * Whom a statement is run for, where somebody traces it: what several calls share belongs to all of them, and whatever happens to run
 * when a queue is emptied has nothing to do with it.
 */
export interface Origins {
  /** Of the call that runs now; undefined when it is not traced. */
  current(): Origin | undefined;
  /** Runs `work` for the calls of these origins, whoever calls it. */
  onBehalfOf<Result>(origins: readonly (Origin | undefined)[], work: () => Promise<Result>): Promise<Result>;
}
