import type { Random } from "../../seed/random.ts";
import { outage, type Scenario } from "./scenario.ts";

/** Some of these one after another, in an order that the seed gives, before the one before is got over. */
export function randomFaults(scenarios: readonly Scenario[], count: number, random: Random): Scenario {
  const chosen = random.sample(scenarios, count);
  const pauses_s = chosen.map(() => random.next() * 5);
  return {
    name: `at random: ${chosen.map(({ name }) => name).join(" → ")}`,
    told_by: "as each by itself",
    equal_within_s: 60,
    async inject(context) {
      for (const [n, scenario] of chosen.entries()) {
        await scenario.inject(context);
        await outage(context, pauses_s[n] ?? 0, 0);
      }
    },
  };
}
