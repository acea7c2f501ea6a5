import type { LoadResult } from "../load/load.ts";
import { cpuOf, rssOf } from "../machine/proc.ts";
import type { Progress } from "../progress.ts";
import { type Measurement, type Spread, spreadOf } from "./measurement.ts";

/** One side of a contest: a server, and what it is asked for. */
export interface Contestant {
  readonly name: string;
  /** Processes whose CPU and memory are shown. */
  readonly pids: readonly number[];
  /** CPU of what works for it beside those and PostgreSQL. */
  beside_cpu_us?(): number;
  /** Lets it work under full load. Draws requests at random by the seed. */
  work(duration_s: number, seed: number): Promise<Work>;
  /** Resolves when nothing of what it was asked for is left to do, so that the next one has the machine to itself. */
  settle?(): Promise<void>;
}

export interface Work {
  readonly result: LoadResult;
  /** Requests beside those of the result. */
  readonly samples: number;
  /** What was wrong with an answer, if anything. */
  readonly fault: string | undefined;
}

export interface Contest {
  /** The row of the issue's table, or what it is where it has none. */
  readonly work: string;
  /** Ours first; every other one is compared with it. */
  readonly contestants: readonly Contestant[];
  /** What nobody gets past, for one turn at the end: no round of its own, since it is no rival. */
  readonly limits?: readonly Contestant[];
  /** What ours has to reach of each of the others, by name. */
  readonly targets: Readonly<Record<string, number>>;
}

export interface Ratio {
  readonly against: string;
  readonly ratio: Spread;
  readonly target?: number;
}

export interface ContestResult {
  readonly work: string;
  readonly sides: readonly Side[];
  readonly ratios: readonly Ratio[];
  readonly faults: readonly string[];
}

export interface Side {
  readonly name: string;
  readonly rounds: readonly Measurement[];
  readonly warm_up_requests: number;
}

export interface ContestParts {
  readonly progress: Progress;
  /** CPU time of every PostgreSQL. */
  postgres_cpu_us(): number;
  readonly rounds: number;
  readonly round_s: number;
  readonly warm_up_s: number;
}

/**
 * Lets the contestants take turns, `rounds` times, under the same load; ratios are between turns of the same round, those to the
 * limits between their one turn and ours in the last round.
 */
export async function holdContest(contest: Contest, parts: ContestParts): Promise<ContestResult> {
  const sides = contest.contestants.map((contestant) => createSide(contestant, contest.work, parts));
  const limits = (contest.limits ?? []).map((contestant) => createSide(contestant, contest.work, parts));
  const all = [...sides, ...limits];
  for (const side of all) await side.warmUp();
  for (const side of all) await side.settle();
  for (let round = 1; round <= parts.rounds; round++) {
    for (const side of sides) await side.takeTurn(round);
  }
  for (const limit of limits) await limit.takeTurn(1);

  const ours = sides[0]?.turns ?? [];
  const against = (name: string, theirs: readonly Measurement[], ours_then: readonly Measurement[]): Ratio => {
    const ratio = spreadOf(theirs.map((their, turn) => (ours_then[turn]?.requests_per_s ?? Number.NaN) / their.requests_per_s));
    const target = contest.targets[name];
    return { against: name, ratio, ...(target !== undefined && { target }) };
  };
  return {
    work: contest.work,
    sides: all.map((side) => ({ name: side.name, rounds: side.turns, warm_up_requests: side.warmUpRequests() })),
    ratios: [
      ...sides.slice(1).map(({ name, turns }) => against(name, turns, ours)),
      ...limits.map(({ name, turns }) => against(name, turns, ours.slice(-1))),
    ],
    faults: all.flatMap(({ faults }) => faults),
  };
}

function createSide(contestant: Contestant, work: string, parts: ContestParts) {
  const { name } = contestant;
  const turns: Measurement[] = [];
  const faults: string[] = [];
  let warm_up_requests = 0;

  async function settle(): Promise<number> {
    const began_ms = performance.now();
    await contestant.settle?.();
    return (performance.now() - began_ms) / 1000;
  }

  return {
    name,
    turns,
    faults,
    settle,
    warmUpRequests: () => warm_up_requests,
    async warmUp() {
      parts.progress.tell(`${work}: ${name} warms up`);
      const { result, samples } = await contestant.work(parts.warm_up_s, 1);
      warm_up_requests = result.requests + samples;
    },
    async takeTurn(round: number) {
      const { fault, ...measured } = await measure(contestant, parts, round + 1);
      const measurement = { ...measured, settled_after_s: await settle() };
      turns.push(measurement);
      if (fault !== undefined) faults.push(`${work}, ${name}: ${fault}`);
      const rate = `${Math.round(measurement.requests_per_s)}/s`;
      parts.progress.tell(`${work}: ${name}, round ${round}: ${rate}${fault === undefined ? "" : `  FAULT: ${fault}`}`);
    },
  };
}

async function measure(contestant: Contestant, { round_s, postgres_cpu_us }: ContestParts, seed: number) {
  const spent = () => ({
    server: cpuOf(contestant.pids),
    postgres: postgres_cpu_us(),
    beside: contestant.beside_cpu_us?.() ?? 0,
  });
  const before = spent();
  const { result, samples, fault } = await contestant.work(round_s, seed);
  const after = spent();
  const requests = result.requests + samples;
  const faults = [
    ...(result.refused > 0 ? [`${result.refused} answers of status 400 and above`] : []),
    ...(result.unanswered > 0 ? [`${result.unanswered} requests without an answer`] : []),
    ...(fault === undefined ? [] : [fault]),
  ];
  return {
    requests,
    requests_per_s: result.requests / result.duration_s,
    p50_ms: result.p50_ms,
    p99_ms: result.p99_ms,
    cpu_us: (after.server - before.server) / requests,
    postgres_cpu_us: (after.postgres - before.postgres) / requests,
    beside_cpu_us: (after.beside - before.beside) / requests,
    rss_mib: rssOf(contestant.pids),
    fault: faults.length > 0 ? faults.join("; ") : undefined,
  };
}
