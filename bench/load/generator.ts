import { createAutocannon } from "./autocannon.ts";
import type { Generator } from "./load.ts";
import { createWrk } from "./wrk.ts";

/** The generator for everything of one run: wrk where it is installed, else autocannon, which costs several times the CPU. */
export function chooseGenerator(folder: string): Generator {
  return Bun.which("wrk") ? createWrk(folder) : createAutocannon(folder);
}
