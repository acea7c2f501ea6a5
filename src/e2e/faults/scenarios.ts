import type { Random } from "../../seed/random.ts";
import { deliveryFaults } from "./delivery-faults.ts";
import { processFaults } from "./process-faults.ts";
import { randomFaults } from "./random-faults.ts";
import type { Scenario } from "./scenario.ts";
import { serviceFaults } from "./service-faults.ts";

const random_faults = 4;

/** Every scenario of the long form, the random one last. */
export function allScenarios(random: Random): readonly Scenario[] {
  const single = [...deliveryFaults, ...processFaults, ...serviceFaults];
  return [...single, randomFaults(single, random_faults, random)];
}
