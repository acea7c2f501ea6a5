import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "../../seed/random.ts";
import { describeWith, kafka, postgres } from "../../testing/services.ts";
import { buildMutant } from "./build-mutant.ts";
import { answerSwallowed, nothingBroken, topicRepeated } from "./delivery-faults.ts";
import { type Fleet, startFleet } from "./fleet.ts";
import { type OpenGround, openOwnGround, openSharedGround } from "./ground.ts";
import { createLane, type Lane } from "./lane.ts";
import { type Mutant, mutants } from "./mutants.ts";
import { allStopped, processFaults, rebalance, relayKilled } from "./process-faults.ts";
import { randomFaults } from "./random-faults.ts";
import { failuresOf, runScenario } from "./run-scenario.ts";
import type { Scenario } from "./scenario.ts";
import { newSeed } from "./seed.ts";
import { kafkaRestarted, serviceFaults } from "./service-faults.ts";

// The short form; the long one is `bun run faults`. Most of its time goes by in time-outs, so three lanes run side by side.
const seed = process.env["FAULT_SEED"] || newSeed();
const time_scale = 0.1;
/** With the waiting for its turn. */
const timeout_ms = 480_000;
const mutant_runs_max = 6;
/** What will not become equal need not be waited for as long as what will. */
const mutant_equal_within_s = 15;

const folder = mkdtempSync(join(tmpdir(), "blog-mutants-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Kafka is stopped and started once here, and not once more for "Kafka restarted". */
const short_of_time = serviceFaults.filter((scenario) => scenario !== kafkaRestarted);

describeWith([postgres, kafka], `under faults, FAULT_SEED=${seed}`, () => {
  const processes = createLane(() => openFleet(openSharedGround()));
  const services = createLane(() => openFleet(openOwnGround()));
  const mutated = createLane(openNothing);
  afterAll(async () => void (await Promise.all([processes.close(), services.close(), mutated.close()])), timeout_ms);

  const quick = processFaults.filter((scenario) => scenario !== allStopped);
  const random = randomFaults([topicRepeated, relayKilled, rebalance], 2, createRandom(seed));
  for (const scenario of [nothingBroken, topicRepeated, ...quick, random]) holdsUnder(scenario, processes);
  for (const scenario of [...short_of_time, answerSwallowed, allStopped]) holdsUnder(scenario, services);
  for (const mutant of mutants) isCaught(mutant, mutant.caught_by === answerSwallowed ? services : undefined);

  function holdsUnder(scenario: Scenario, lane: Lane<OpenFleet>): void {
    test.concurrent(
      `${scenario.name}: nothing lost, nothing went back, equal within ${scenario.equal_within_s} s`,
      () =>
        lane.inTurn(async ({ fleet }) => {
          const outcome = await runScenario(fleet, scenario, { random: createRandom(seed + scenario.name), time_scale });
          expect(failuresOf(outcome)).toEqual([]);
        }),
      timeout_ms,
    );
  }

  function isCaught(mutant: Mutant, behind_proxy: Lane<OpenFleet> | undefined): void {
    test.concurrent(
      `a mutant turns red: ${mutant.name}`,
      async () => {
        const failures = behind_proxy
          ? await behind_proxy.inTurn(({ fleet }) => soughtComplaint(mutant, fleet))
          : await mutated.inTurn(() => soughtComplaint(mutant));
        expect(failures).toMatch(mutant.complaint);
      },
      timeout_ms,
    );
  }
});

/** What the suite says of a mutant. A later write to the same articles may cover up what was lost: one quiet run is no proof of health. */
async function soughtComplaint(mutant: Mutant, beside?: Fleet): Promise<string> {
  let failures = "";
  for (let run = 0; run < mutant_runs_max && !mutant.complaint.test(failures); run++) {
    failures = (await failuresOfMutant(mutant, `${seed}, run ${run}`, beside)).join("\n");
  }
  return failures;
}

/** On databases and a topic of its own, since it leaves them broken; on the broker of `beside`, where it needs one behind a proxy. */
async function failuresOfMutant(mutant: Mutant, run_seed: string, beside?: Fleet): Promise<readonly string[]> {
  const file = join(folder, crypto.randomUUID());
  await buildMutant(mutant, file);
  await using ground = await openSharedGround();
  const broker = beside && { kafka: { ...beside.ground.kafka, topic: `faults-${crypto.randomUUID()}` } };
  await using fleet = await startFleet({ ...ground, ...broker }, file);
  const options = { random: createRandom(run_seed), time_scale, equal_within_s: mutant_equal_within_s };
  return failuresOf(await runScenario(fleet, mutant.caught_by, options));
}

interface OpenFleet extends AsyncDisposable {
  readonly fleet: Fleet;
}

async function openFleet(opening: Promise<OpenGround>): Promise<OpenFleet> {
  await using parts = new AsyncDisposableStack();
  const ground = parts.use(await opening);
  const fleet = parts.use(await startFleet(ground));
  const opened = parts.move();
  return { fleet, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

async function openNothing(): Promise<AsyncDisposable> {
  return { async [Symbol.asyncDispose]() {} };
}
