import type { Random } from "../../seed/random.ts";
import { runExecutable } from "../../testing/executable.ts";
import { differences } from "./equality.ts";
import type { Fleet } from "./fleet.ts";
import type { Scenario } from "./scenario.ts";
import { startWriter } from "./writer.ts";

export interface Outcome {
  readonly acknowledged: number;
  /** Acknowledged writes that are not in DB1. */
  readonly lost: readonly string[];
  /** Changes in DB2 that went backwards. */
  readonly regressions: readonly string[];
  /** Undefined when DB2 did not become equal to DB1 in time. */
  readonly equal_after_s: number | undefined;
  /** Articles that were still different then. */
  readonly different: readonly string[];
  /** What else must hold, and did not. */
  readonly complaints: readonly string[];
}

export interface RunOptions {
  readonly random: Random;
  readonly time_scale: number;
  /** Instead of the scenario's own, where it is known that it will not come. */
  readonly equal_within_s?: number;
}

/** Before the fault, and after it: the fault hits running traffic, and writes work again. */
const writes_around = 40;

/** Writes, makes the fault, mends it, stops writing, and looks at what has become of the writes. */
export async function runScenario(fleet: Fleet, scenario: Scenario, options: RunOptions): Promise<Outcome> {
  const { ledger, witness, primary, topic } = fleet;
  const { random, time_scale, equal_within_s = scenario.equal_within_s } = options;
  const acknowledged_before = ledger.acknowledged;
  const seen_before = (await witness.seen()).length;
  const began_at = await topic.ends();

  await restore(fleet);
  const unexpected: string[] = [];
  const attempt = (work: () => Promise<void>) =>
    work().catch((error: unknown) => void unexpected.push(error instanceof Error ? error.message : String(error)));
  const writer = startWriter({ apis: fleet.apis.map(({ url }) => url), ledger, random });
  await attempt(async () => {
    await writer.acknowledges(writes_around);
    await scenario.inject({ fleet, writer, random, time_scale });
    await writer.acknowledges(writes_around);
  });
  await attempt(() => writer.stop());

  const { equal_after_s, different } = await becomeEqual(fleet, equal_within_s);
  return {
    acknowledged: ledger.acknowledged - acknowledged_before,
    lost: await ledger.lost(primary),
    regressions: (await witness.seen()).slice(seen_before),
    equal_after_s,
    different,
    complaints: [
      ...unexpected,
      ...((await scenario.check?.(fleet, began_at)) ?? []),
      ...ended(fleet),
      ...(equal_after_s === undefined ? [] : await verify(fleet)),
    ],
  };
}

/** Equal, and with nothing left on the topic that could still change that. */
async function becomeEqual({ primary, replica, topic, group }: Fleet, within_s: number) {
  const began = performance.now();
  const elapsed_s = () => (performance.now() - began) / 1000;
  let different: readonly string[] = ["not looked at"];
  while (elapsed_s() < within_s) {
    try {
      different = await differences(primary, replica);
      const equal_after_s = elapsed_s();
      if (different.length === 0 && (await topic.isDrainedBy(group))) return { equal_after_s, different };
    } catch (error) {
      different = [`not to be seen: ${error instanceof Error ? error.message : error}`];
    }
    await Bun.sleep(100);
  }
  return { equal_after_s: undefined, different: different.length > 0 ? different : ["the topic was not read to its end"] };
}

/** What a scenario that failed has left behind. */
async function restore({ ground, apis, syncs, third_sync }: Fleet): Promise<void> {
  await ground.kafka.proxy?.setMode({ kind: "forward" });
  await Promise.all([ground.primary, ground.replica, ground.kafka].map(async ({ controls }) => controls?.start()));
  const members = [...apis, ...syncs];
  for (const member of members) member.resume();
  await Promise.all([third_sync.kill(), ...members.map((member) => member.start())]);
}

/** No fault is a reason for a process to end by itself. */
function ended({ apis, syncs }: Fleet): readonly string[] {
  return [...apis, ...syncs].filter(({ running }) => !running).map(({ name, logTail }) => `${name} has ended:\n${logTail()}`);
}

/** What `blog verify` has to say against it. */
async function verify({ env, cwd }: Fleet): Promise<readonly string[]> {
  const { exit_code, stdout, stderr } = await runExecutable({ args: ["verify"], env, cwd });
  return exit_code === 0 ? [] : [`blog verify ended with ${exit_code}:\n${stdout}${stderr}`];
}

/** Empty when all is as it must be. */
export function failuresOf({ lost, regressions, equal_after_s, different, complaints }: Outcome): readonly string[] {
  const unequal = equal_after_s === undefined ? [`DB2 did not become equal: ${listed(different)}`] : [];
  return [
    ...unequal,
    ...(lost.length > 0 ? [`${lost.length} lost: ${listed(lost)}`] : []),
    ...(regressions.length > 0 ? [`${regressions.length} went backwards: ${listed(regressions)}`] : []),
    ...complaints,
  ];
}

function listed(items: readonly string[]): string {
  return items.length > 5 ? `${items.slice(0, 5).join("; ")} and ${items.length - 5} more` : items.join("; ");
}
