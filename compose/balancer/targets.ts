import { lookup } from "node:dns/promises";

/** The containers behind a name. */
export interface Targets extends Disposable {
  /** Where to try a connection, in this order: the ready ones in turn, then, since all may be wrong, the others. */
  inTurn(): readonly string[];
}

export interface TargetsParts {
  readonly name: string;
  /** The addresses that the name has now. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
  readonly isReady: (address: string) => Promise<boolean>;
  readonly interval_ms?: number;
}

/**
 * Asks again and again, so that a container that has just come gets nothing before it is ready, and one that is going gets nothing
 * more. Resolves after the first look.
 */
export async function watchTargets(parts: TargetsParts): Promise<Targets> {
  const { name, resolve = addressesOf, isReady, interval_ms = 1_000 } = parts;
  let ready: readonly string[] = [];
  let others: readonly string[] = [];
  let turn = 0;
  let closed = false;

  async function look(): Promise<void> {
    // A name without containers is not known at all.
    const addresses = [...(await resolve(name).catch(() => []))].sort();
    const answers = await Promise.all(addresses.map(isReady));
    ready = addresses.filter((_, index) => answers[index]);
    others = addresses.filter((_, index) => !answers[index]);
  }

  async function keepLooking(): Promise<void> {
    while (!closed) {
      await Bun.sleep(interval_ms);
      await look();
    }
  }

  await look();
  void keepLooking();
  return {
    inTurn() {
      const first = ready.length === 0 ? 0 : turn++ % ready.length;
      return [...ready.slice(first), ...ready.slice(0, first), ...others];
    },
    [Symbol.dispose]() {
      closed = true;
    },
  };
}

/** Not by `resolve4`, which would keep Docker's answer for ten minutes. */
async function addressesOf(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true, family: 4 })).map(({ address }) => address);
}
