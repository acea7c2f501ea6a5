/**
 * `bun run hostile --minutes=10`: every class of hostile input, round after round with new seeds, and the flood; prints a table and exits 1
 * when anything was answered otherwise than promised. `--only=REGEXP` takes the classes whose name matches, `--seed=N` repeats a
 * round, `--file=PATH` tries another build than `dist/blog`.
 */
import { parseArgs } from "node:util";
import { shutDownServices } from "../../testing/supervisor-client.ts";
import { openEventGround } from "./event-ground.ts";
import { eventPayloads } from "./event-payloads.ts";
import { openGround } from "./ground.ts";
import type { InputClass } from "./input-class.ts";
import { inputClasses } from "./input-classes.ts";
import { slow_ground, slowSenders } from "./slow-senders.ts";
import { createTrial, newSeed } from "./trial.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    only: { type: "string", default: "" },
    seed: { type: "string" },
    file: { type: "string" },
  },
});
const until_ms = performance.now() + Number(values.minutes) * 60_000;
/** Of one round: enough of each class, and every class often. */
const effort = 2;

interface Tally {
  tried: number;
  readonly surprises: string[];
}
const tallies = new Map<string, Tally>();

async function round<On>(inputs: InputClass<On>, ground: On, seed: number): Promise<void> {
  const trial = createTrial(seed, effort);
  await inputs.run(ground, trial);
  const { tried, surprises } = trial.outcome();
  const tally = tallies.get(inputs.name) ?? { tried: 0, surprises: [] };
  tally.tried += tried;
  tally.surprises.push(...surprises);
  tallies.set(inputs.name, tally);
  for (const surprise of surprises) process.stderr.write(`!!! ${inputs.name}: ${surprise}\n`);
}

const chosen = (inputs: { readonly name: string }) => new RegExp(values.only).test(inputs.name);
await using ground = await openGround(slow_ground, values.file);
await using events = chosen(eventPayloads) ? await openEventGround(values.file) : undefined;

do {
  const seed = values.seed === undefined ? newSeed() : Number(values.seed);
  process.stderr.write(`• HOSTILE_SEED=${seed}\n`);
  const slow = chosen(slowSenders) ? round(slowSenders, ground, seed) : undefined;
  for (const inputs of inputClasses.filter(chosen)) await round(inputs, ground, seed);
  if (events) await round(eventPayloads, events, seed);
  await slow;
} while (performance.now() < until_ms && values.seed === undefined);

process.stdout.write("| input class, as its test is named | tried | surprises |\n|---|--:|--:|\n");
for (const [name, { tried, surprises }] of tallies) process.stdout.write(`| ${name} | ${tried} | ${surprises.length} |\n`);
const surprised = [...tallies.values()].some(({ surprises }) => surprises.length > 0);
await ground[Symbol.asyncDispose]();
await events?.[Symbol.asyncDispose]();
await shutDownServices();
process.exit(surprised ? 1 : 0);
