import fc from "fast-check";

/** What became of an input class: how many inputs were tried, and those that were answered otherwise than promised. */
export interface Outcome {
  readonly tried: number;
  readonly surprises: readonly string[];
}

export interface Trial {
  /** The same number makes the same inputs. */
  readonly seed: number;
  /** False in a short form, where one of several like inputs has to do. */
  readonly thorough: boolean;
  /**
   * `runs` inputs of `inputs`; `surpriseIn` says what is wrong with the answer to one, or nothing. A surprise is made as small as it goes.
   * `at_once`: so many are one input of `inputs`.
   */
  each<Input>(
    runs: number,
    inputs: fc.Arbitrary<Input>,
    surpriseIn: (input: Input) => Promise<string | undefined>,
    at_once?: number,
  ): Promise<void>;
  /** One input that was thought of by a person. */
  one(name: string, surpriseIn: () => Promise<string | undefined>): Promise<void>;
  outcome(): Outcome;
}

const shown_characters_max = 600;

/** `effort`: how often the usual number of generated inputs is tried. */
export function createTrial(seed: number, effort: number): Trial {
  let tried = 0;
  const surprises: string[] = [];

  return {
    seed,
    thorough: effort >= 1,
    async each(runs, inputs, surpriseIn, at_once = 1) {
      let last: string | undefined;
      const property = fc.asyncProperty(inputs, async (input) => {
        tried += at_once;
        const surprise = await surpriseIn(input).catch((error: unknown) => `threw ${error}`);
        last = surprise ?? last;
        return surprise === undefined;
      });
      const details = await fc.check(property, { numRuns: Math.ceil(runs * effort), seed });
      if (details.failed) surprises.push(`${last}; seed ${seed}: ${shortened(fc.stringify(details.counterexample?.[0]))}`);
    },
    async one(name, surpriseIn) {
      tried++;
      const surprise = await surpriseIn().catch((error: unknown) => `threw ${error}`);
      if (surprise !== undefined) surprises.push(`${name}: ${shortened(surprise)}`);
    },
    outcome: () => ({ tried, surprises }),
  };
}

function shortened(text: string): string {
  return text.length <= shown_characters_max ? text : `${text.slice(0, shown_characters_max)}… (${text.length} characters)`;
}

export function newSeed(): number {
  return Math.trunc(Math.random() * 2 ** 31);
}
