import type { Ground } from "./ground.ts";
import type { Trial } from "./trial.ts";

/** One kind of hostile input. Its name says what holds, and is its test's name. */
export interface InputClass<On = Ground> {
  readonly name: string;
  run(ground: On, trial: Trial): Promise<void>;
}
