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
  const rounds = options.quick ? 1 : 2;
  await using limit = await openLogicalReplication(arena.primary, arena.replica);
  const pipeline = await openOurPipeline(arena, arena.scale.articles);
  const { events } = pipeline;

  const rates: { readonly name: string; readonly values: number[] }[] = [];
  const take = async (name: string, round: number, measure: () => Promise<number>) => {
    const rate = await measure();
    progress.tell(`sync: ${name}, round ${round}: ${Math.round(rate)} rows/s`);
    const known = rates.find((one) => one.name === name);
    if (known) known.values.push(rate);
    else rates.push({ name, values: [rate] });
    return rate;
  };

  const ratios = { drain: [] as number[], whole: [] as number[], drain_bare: [] as number[], whole_bare: [] as number[] };
  for (let round = 1; round <= rounds; round++) {
    const single = await take(names.single, round, () => limit.drain(events, { transactions: "single", bare: false }));
    const whole = await take(names.whole, round, () => pipeline.wholeWay(round));
    const one = await take(names.one, round, () => limit.drain(events, { transactions: "one", bare: false }));
    const drain = await take(names.drain, round, () => pipeline.drain(round));
    const bare = await take(names.bare, round, () => limit.drain(events, { transactions: "one", bare: true }));
    const best = Math.max(single, one);
    ratios.drain.push(drain / best);
    ratios.whole.push(whole / best);
    ratios.drain_bare.push(drain / bare);
    ratios.whole_bare.push(whole / bare);
  }
  const writes = options.quick ? 50 : 1000;
  const lag = await pipeline.lag(writes);
  progress.tell(`sync: lag p50 ${lag.p50_ms.toFixed(2)} ms, p99 ${lag.p99_ms.toFixed(2)} ms`);
  const limit_lag = await limit.lag(writes);

  const figures: Figure[] = [
    ...rates.map(({ name, values }) => ({ work: `${name}, rows/s`, value: spreadText(spreadOf(values), 0) })),
    ratioFigure(`${names.drain} ÷ logical replication at its best into the same table`, ratios.drain, drain_target),
    ratioFigure(`${names.whole} ÷ logical replication at its best into the same table`, ratios.whole, whole_target),
    ratioFigure(`${names.drain} ÷ ${names.bare}`, ratios.drain_bare),
    ratioFigure(`${names.whole} ÷ ${names.bare}`, ratios.whole_bare),
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
  single: "logical replication, a transaction each",
  one: "logical replication, one transaction",
  bare: "logical replication, one transaction into a table that can neither search nor list",
} as const;

function ratioFigure(work: string, values: readonly number[], target?: number): Figure {
  const spread = spreadOf(values);
  const value = spreadText(spread, 2);
  return target === undefined ? { work, value } : { work, value, target: `≥ ${target}`, met: spread.median >= target };
}

function spreadText({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

function lagText({ p50_ms, p99_ms, writes }: Lag): string {
  return `p50 ${p50_ms.toFixed(2)} ms, p99 ${p99_ms.toFixed(2)} ms of ${writes}`;
}
