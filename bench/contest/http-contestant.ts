import type { Generator, Load } from "../load/load.ts";
import { type Sample, startSampling } from "../load/sampling.ts";
import type { Contestant } from "./contest.ts";

export interface HttpTarget {
  readonly name: string;
  readonly url: string;
  readonly pids: readonly number[];
  beside_cpu_us?(): number;
  settle?(): Promise<void>;
}

/** A server that is asked over HTTP. While the generator counts answers, samples are read and given to `check`, which says what is wrong. */
export function httpContestant(
  target: HttpTarget,
  load: Load,
  check: (sample: Sample) => Promise<string | undefined> | string | undefined,
  { generator, connections }: { readonly generator: Generator; readonly connections: number },
): Contestant {
  return {
    ...target,
    async work(duration_s, seed) {
      const sampling = startSampling(target.url, load, async (sample) => await check(sample));
      const result = await generator.run({ url: target.url, load, connections, duration_s, seed });
      const { samples, fault } = await sampling.stop();
      return { result, samples, fault: samples === 0 ? "no answer was looked at" : fault };
    },
  };
}
