/**
 * `bun run faults`: every scenario with outages of their full length, once for each seed; prints a table and exits 1 when
 * anything was lost, went backwards or did not become equal. `--seeds=3`, or `FAULT_SEED` to repeat one; `--only=REGEXP`
 * takes the scenarios whose name matches; `--scale=0.2` shortens the outages.
 */
import { parseArgs } from "node:util";
import { createRandom } from "../../seed/random.ts";
import { shutDownServices } from "../../testing/supervisor-client.ts";
import { startFleet } from "./fleet.ts";
import { openOwnGround } from "./ground.ts";
import { failuresOf, type Outcome, runScenario } from "./run-scenario.ts";
import type { Scenario } from "./scenario.ts";
import { allScenarios } from "./scenarios.ts";
import { newSeed } from "./seed.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    scale: { type: "string", default: "1" },
  },
});

async function runAll(seed: string): Promise<readonly string[]> {
  const random = createRandom(seed);
  const scenarios = allScenarios(random).filter(({ name }) => new RegExp(values.only).test(name));
  process.stdout.write(
    `\nFAULT_SEED=${seed}\n\n| scenario | acknowledged | lost | regressions | seconds to equal | told by |\n|---|--:|--:|--:|--:|---|\n`,
  );
  const failures: string[] = [];
  await using ground = await openOwnGround();
  await using fleet = await startFleet(ground);
  for (const scenario of scenarios) {
    const outcome = await runScenario(fleet, scenario, { random, time_scale: Number(values.scale) });
    process.stdout.write(row(outcome, scenario));
    failures.push(...failuresOf(outcome).map((failure) => `${scenario.name}: ${failure}`));
  }
  return failures;
}

function row({ acknowledged, lost, regressions, equal_after_s }: Outcome, { name, told_by }: Scenario): string {
  const cells = [name, acknowledged, lost.length, regressions.length, equal_after_s?.toFixed(1) ?? "never", told_by];
  return `| ${cells.join(" | ")} |\n`;
}

const given = process.env["FAULT_SEED"];
const seeds = given ? [given] : Array.from({ length: Number(values.seeds) }, newSeed);
const failures: string[] = [];
for (const seed of seeds) failures.push(...(await runAll(seed)).map((failure) => `FAULT_SEED=${seed} ${failure}\n`));
await shutDownServices();
process.stdout.write(
  failures.length === 0 ? "\nNothing lost, nothing went backwards, always equal.\n" : `\n${failures.join("")}`,
);
process.exit(failures.length === 0 ? 0 : 1);
