import type { ContestResult, Ratio, Side } from "../contest/contest.ts";
import { type Measurement, spreadOf } from "../contest/measurement.ts";
import type { SectionResult } from "../sections/section.ts";

export interface Run {
  readonly date: string;
  readonly version: string;
  readonly machine: string;
  readonly generator: string;
  readonly quick: boolean;
  readonly production: boolean;
  readonly sections: readonly SectionResult[];
}

/** The run as people read it. Each number is the median of its rounds. */
export function markdownOf(run: Run): string {
  const lines = [
    `# ${run.quick ? "Quick run" : "Run"} of ${run.date}`,
    "",
    `${run.version}; ${run.machine}; load by ${run.generator}${run.production ? "; ours with BLOG_ENV=production" : ""}.${run.quick ? " Quick: the ratios only hint." : ""}`,
    "Each number is the median of its rounds; ratios are between turns of the same round, with the least and the greatest.",
    ...run.sections.flatMap(sectionLines),
    "",
  ];
  return lines.join("\n");
}

function sectionLines({ title, contests, figures, faults, notes }: SectionResult): string[] {
  return [
    "",
    `## ${title}`,
    ...(contests.length === 0 ? [] : contestTable(contests)),
    ...(figures.length === 0 ? [] : ["", "| work | measured | target | |", "|---|---:|---:|---|"]),
    ...figures.map(({ work, value, target = "", met }) => `| ${work} | ${value} | ${target} | ${verdict(met)} |`),
    ...notes.flatMap((note) => ["", note]),
    ...faults.flatMap((fault) => ["", `**FAULT** ${fault}`]),
  ];
}

const columns = [
  "requests/s",
  "p50 ms",
  "p99 ms",
  "CPU µs/request",
  "PostgreSQL µs",
  "beside µs",
  "RSS MiB",
  "blog ÷ this",
  "target",
];

function contestTable(contests: readonly ContestResult[]): string[] {
  return [
    "",
    `| work | by | ${columns.join(" | ")} | |`,
    `|---|---|${columns.map(() => "---:|").join("")}---|`,
    ...contests.flatMap(({ work, sides, ratios }) =>
      sides.map((side, index) =>
        row(
          index === 0 ? `**${work}**` : "",
          side,
          ratios.find(({ against }) => against === side.name),
        ),
      ),
    ),
  ];
}

function row(work: string, { name, rounds }: Side, ratio: Ratio | undefined): string {
  const median = (of: (measurement: Measurement) => number, digits: number) => spreadOf(rounds.map(of)).median.toFixed(digits);
  const cells = [
    work,
    name,
    median((round) => round.requests_per_s, 0),
    median((round) => round.p50_ms, 2),
    median((round) => round.p99_ms, 2),
    median((round) => round.cpu_us, 1),
    median((round) => round.postgres_cpu_us, 1),
    median((round) => round.beside_cpu_us, 1),
    median((round) => round.rss_mib, 0),
    ratio === undefined ? "" : `${ratio.ratio.median.toFixed(2)} (${ratio.ratio.min.toFixed(2)}–${ratio.ratio.max.toFixed(2)})`,
    ratio?.target === undefined ? "" : `≥ ${Number(ratio.target.toFixed(2))}`,
    ratio?.target === undefined ? "" : verdict(ratio.ratio.median >= ratio.target),
  ];
  return `| ${cells.join(" | ")} |`;
}

function verdict(met: boolean | undefined): string {
  if (met === undefined) return "";
  return met ? "met" : "**missed**";
}
