import type { Random } from "../../seed/random.ts";
import { waitFor } from "../../testing/wait-for.ts";
import type { Fleet } from "./fleet.ts";
import type { Member } from "./member.ts";
import { type Scrape, scrape } from "./scrape.ts";
import type { Writer } from "./writer.ts";

export interface FaultContext {
  readonly fleet: Fleet;
  /** Writes all the while. */
  readonly writer: Writer;
  readonly random: Random;
  /** 1 makes outages as long as they are stated; less, shorter. Time-outs of the executable stay what they are. */
  readonly time_scale: number;
}

export interface Scenario {
  readonly name: string;
  /** What told of the fault while it lasted; `inject` awaits it. */
  readonly told_by: string;
  /** From the end of the fault and of the writes, whichever is later, until DB2 is equal to DB1. */
  readonly equal_within_s: number;
  /** Makes the fault and mends it. Rejects when no metric told of it. */
  inject(context: FaultContext): Promise<void>;
  /** More that must hold once both databases are equal; each complaint in words. `began_at`: the topic's ends before the writes. */
  check?(fleet: Fleet, began_at: ReadonlyMap<number, number>): Promise<readonly string[]>;
}

/** Longer than any of the executable's own time-outs, on a machine that has other work too. */
export const patience_ms = 40_000;

/** Awaits what a metric has to say. */
export async function told(
  what: string,
  by: Member,
  says: (metrics: Scrape) => boolean,
  timeout_ms = patience_ms,
): Promise<void> {
  await waitFor(`${what}, told by ${by.name}`, async () => says(await scrape(by.url)), { timeout_ms });
}

/** As `told`, by whichever of these says so first. */
export async function toldByOneOf(
  what: string,
  members: readonly Member[],
  says: (metrics: Scrape) => boolean,
  timeout_ms = patience_ms,
): Promise<void> {
  await waitFor(
    `${what}, told by one of ${members.map(({ name }) => name).join(", ")}`,
    async () => {
      const scrapes = await Promise.all(members.map(({ url }) => scrape(url).catch(() => undefined)));
      return scrapes.some((metrics) => metrics !== undefined && says(metrics));
    },
    { timeout_ms },
  );
}

/** An outage of so many seconds at full scale, and no less than `least_s`. */
export async function outage({ time_scale }: FaultContext, duration_s: number, least_s = 2): Promise<void> {
  await Bun.sleep(Math.max(least_s, duration_s * time_scale) * 1000);
}

export function without<Item>(items: readonly Item[], item: Item): Item[] {
  return items.filter((other) => other !== item);
}
