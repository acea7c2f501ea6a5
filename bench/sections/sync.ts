import type { Arena } from "../arena.ts";
import { type Spread, spreadOf } from "../contest/measurement.ts";
import type { Lag } from "../sync/lag.ts";
import { openLogicalReplication } from "../sync/logical-replication.ts";
import { openOurPipeline } from "../sync/our-pipeline.ts";
import type { Figure, SectionResult } from "./section.ts";

const drain_target = 0.4;
const whole_target = 0.25;
const p50_target_ms = 4;
const p99_target_ms = 10;

/** Sync against PostgreSQL's logical replication of the peers' table, round by round, then both one write at a time. */
export async function runSync(arena: Arena): Promise<SectionResult> {
  const { progress, options } = arena;
  const rounds = options.quick ? 1 : 3;
  await using limit = await openLogicalReplication(arena.primary, arena.replica);
  const pipeline = await openOurPipeline(arena, arena.scale.articles);
  const { events } = pipeline;

  const rates = new Map<string, number[]>();
  const note = (name: string, round: number, rate: number) => {
    progress.tell(`sync: ${name}, round ${round}: ${Math.round(rate)} rows/s`);
    rates.set(name, [...(rates.get(name) ?? []), rate]);
    return rate;
  };
  const ratios = new Map<Comparison, number[]>();
  const compare = (comparison: Comparison, ratio: number) => ratios.set(comparison, [...(ratios.get(comparison) ?? []), ratio]);

  const single = note(names.single, 1, await limit.drain(events, { transactions: "single", bare: false }));
  for (let round = 1; round <= rounds; round++) {
    // Once is enough for what takes longest.
    const until = round === 1 ? "searchable" : "visible";
    const whole = await pipeline.wholeWay(round, until);
    const drain = await pipeline.drain(round, until);
    const bare = note(names.bare, round, await limit.drain(events, { transactions: "one", bare: true }));
    note(names.drain, round, drain.visible);
    note(names.whole, round, whole.visible);
    compare(comparisons.drain_bare, drain.visible / bare);
    compare(comparisons.whole_bare, whole.visible / bare);
    if (until === "visible") continue;
    note(`${names.drain}${searchable}`, round, drain.searchable);
    note(`${names.whole}${searchable}`, round, whole.searchable);
    compare(comparisons.drain, drain.searchable / single);
    compare(comparisons.whole, whole.searchable / single);
  }
  const writes = options.quick ? 50 : 1000;
  const lag = await pipeline.lag(writes);
  progress.tell(`sync: lag p50 ${lag.p50_ms.toFixed(2)} ms, p99 ${lag.p99_ms.toFixed(2)} ms`);
  const limit_lag = await limit.lag(writes);

  const figures: Figure[] = [
    ...[...rates].map(([name, values]) => ({ work: `${name}, rows/s`, value: spreadText(spreadOf(values), 0) })),
    ...[...ratios].map(([comparison, values]) => ratioFigure(comparison, values)),
    {
      work: "commit in DB1 → visible in DB2, 50 writes/s",
      value: lagText(lag),
      target: `p50 ≤ ${p50_target_ms} ms, p99 ≤ ${p99_target_ms} ms`,
      met: lag.p50_ms <= p50_target_ms && lag.p99_ms <= p99_target_ms,
    },
    { work: "the same by logical replication", value: lagText(limit_lag) },
  ];
  return { title: `Sync, ${events} rows`, contests: [], figures, faults: [...pipeline.faults], notes: [] };
}

const names = {
  drain: "events waiting in Kafka → DB2",
  whole: "outbox → Kafka → DB2",
  single: "logical replication, a transaction each, with search",
  bare: "logical replication, one transaction, bare table",
} as const;
const searchable = ", until a search finds them";

interface Comparison {
  readonly work: string;
  readonly target: number;
}

/** Rows that can be read against a table that has nothing but rows; rows that can be found against one that finds them too. */
const comparisons = {
  drain_bare: { work: `${names.drain} ÷ bare table`, target: drain_target },
  drain: { work: `${names.drain}${searchable} ÷ the one with search`, target: drain_target },
  whole_bare: { work: `${names.whole} ÷ bare table`, target: whole_target },
  whole: { work: `${names.whole}${searchable} ÷ the one with search`, target: whole_target },
} as const satisfies Record<string, Comparison>;

function ratioFigure({ work, target }: Comparison, values: readonly number[]): Figure {
  const spread = spreadOf(values);
  return { work, value: spreadText(spread, 2), target: `≥ ${target}`, met: spread.median >= target };
}

function spreadText({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

function lagText({ p50_ms, p99_ms, writes }: Lag): string {
  return `p50 ${p50_ms.toFixed(2)} ms, p99 ${p99_ms.toFixed(2)} ms of ${writes}`;
}
