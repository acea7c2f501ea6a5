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

/** Lets the contestants take turns, `rounds` times, under the same load; ratios are between turns of the same round. */
export async function holdContest(contest: Contest, parts: ContestParts): Promise<ContestResult> {
  const { progress, rounds, round_s, warm_up_s } = parts;
  const faults: string[] = [];
  const sides = contest.contestants.map((contestant) => ({
    contestant,
    name: contestant.name,
    rounds: [] as Measurement[],
    warm_up_requests: 0,
  }));
  for (const side of sides) {
    progress.tell(`${contest.work}: ${side.name} warms up`);
    const { measurement } = await takeTurn(side.contestant, parts, warm_up_s, 0);
    side.warm_up_requests = measurement.requests;
  }
  for (let round = 1; round <= rounds; round++) {
    for (const side of sides) {
      const { measurement, fault } = await takeTurn(side.contestant, parts, round_s, round);
      side.rounds.push(measurement);
      if (fault) faults.push(`${contest.work}, ${side.name}: ${fault}`);
      progress.tell(
        `${contest.work}: ${side.name}, round ${round}: ${Math.round(measurement.requests_per_s)}/s${fault ? `  FAULT: ${fault}` : ""}`,
      );
    }
  }
  const [ours, ...others] = sides;
  const ratios = others.map(({ name, rounds: theirs }): Ratio => {
    const ratio = spreadOf(
      theirs.map((their, round) => (ours?.rounds[round]?.requests_per_s ?? Number.NaN) / their.requests_per_s),
    );
    const target = contest.targets[name];
    return { against: name, ratio, ...(target !== undefined && { target }) };
  });
  return { work: contest.work, sides: sides.map(({ contestant: _, ...side }) => side), ratios, faults };
}

async function takeTurn(contestant: Contestant, parts: ContestParts, duration_s: number, seed: number) {
  const spent = () => ({
    server: cpuOf(contestant.pids),
    postgres: parts.postgres_cpu_us(),
    beside: contestant.beside_cpu_us?.() ?? 0,
  });
  const before = spent();
  const { result, samples, fault } = await contestant.work(duration_s, seed + 1);
  const after = spent();
  const rss_mib = rssOf(contestant.pids);
  await contestant.settle?.();
  const requests = result.requests + samples;
  const measurement: Measurement = {
    requests,
    requests_per_s: result.requests / result.duration_s,
    p50_ms: result.p50_ms,
    p99_ms: result.p99_ms,
    cpu_us: (after.server - before.server) / requests,
    postgres_cpu_us: (after.postgres - before.postgres) / requests,
    beside_cpu_us: (after.beside - before.beside) / requests,
    rss_mib,
  };
  const faults = [
    ...(result.refused > 0 ? [`${result.refused} answers of status 400 and above`] : []),
    ...(result.unanswered > 0 ? [`${result.unanswered} requests without an answer`] : []),
    ...(fault === undefined ? [] : [fault]),
  ];
  return { measurement, fault: faults.length > 0 ? faults.join("; ") : undefined };
}
