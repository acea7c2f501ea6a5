import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { describeWith, kafka, postgres } from "../../testing/services.ts";
import { type EventGround, openEventGround } from "./event-ground.ts";
import { eventPayloads } from "./event-payloads.ts";
import { type Ground, openGround } from "./ground.ts";
import type { InputClass } from "./input-class.ts";
import { inputClasses } from "./input-classes.ts";
import { slow_ground, slowSenders } from "./slow-senders.ts";
import { createTrial, newSeed, type Outcome } from "./trial.ts";

// The short form; the long one, which prints a table, is `bun run hostile`.
const seed = Number(process.env["HOSTILE_SEED"] || newSeed());
const effort = 0.3;
const timeout_ms = 120_000;

setDefaultTimeout(timeout_ms);

async function outcomeOf<On>(inputs: InputClass<On>, ground: On): Promise<Outcome> {
  const trial = createTrial(seed, effort);
  await inputs.run(ground, trial);
  return trial.outcome();
}

function expectNoSurprise({ tried, surprises }: Outcome): void {
  expect(surprises).toEqual([]);
  expect(tried).toBeGreaterThan(0);
}

describe(`under hostile input, HOSTILE_SEED=${seed}`, () => {
  let ground: Ground;
  /** Slow by nature: it goes on beside the others. */
  let slow: Promise<Outcome>;
  beforeAll(async () => {
    ground = await openGround(slow_ground);
    slow = outcomeOf(slowSenders, ground);
  });
  afterAll(async () => await ground[Symbol.asyncDispose]());

  for (const inputs of inputClasses) test(inputs.name, async () => expectNoSurprise(await outcomeOf(inputs, ground)));
  test(slowSenders.name, async () => expectNoSurprise(await slow));
});

describeWith([postgres, kafka], `under hostile events, HOSTILE_SEED=${seed}`, () => {
  let ground: EventGround;
  beforeAll(async () => {
    ground = await openEventGround();
  }, timeout_ms);
  afterAll(async () => await ground[Symbol.asyncDispose]());

  test(eventPayloads.name, async () => expectNoSurprise(await outcomeOf(eventPayloads, ground)), timeout_ms);
});
