export interface Story {
  /** Does it, and prints how long it took with what it gives back; what it throws is printed and ends the story. */
  step<Result extends string>(what: string, work: () => Promise<Result>): Promise<void>;
  /** For what must not be overlooked. */
  shout(text: string): void;
}

/** A log for people: when, what, how long, with which outcome. */
export function createStory(write: (text: string) => void): Story {
  const began_ms = performance.now();
  const seconds = (from_ms: number) => ((performance.now() - from_ms) / 1000).toFixed(1);

  return {
    async step(what, work) {
      const step_began_ms = performance.now();
      try {
        const outcome = await work();
        write(`[${seconds(began_ms).padStart(6)} s] ✓ ${what} (${seconds(step_began_ms)} s)${outcome ? `: ${outcome}` : ""}\n`);
      } catch (error) {
        write(`[${seconds(began_ms).padStart(6)} s] ✗ ${what} (${seconds(step_began_ms)} s)\n`);
        throw error;
      }
    },
    shout(text) {
      write(`\n!!! ${text} !!!\n\n`);
    },
  };
}

/** Throws what was expected and what was found. */
export function hold(what: string, holds: boolean, found: unknown): void {
  if (!holds) throw new Error(`${what}; found ${typeof found === "string" ? found : JSON.stringify(found)}`);
}
