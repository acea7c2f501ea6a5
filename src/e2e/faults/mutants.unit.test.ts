import { expect, test } from "bun:test";
import { join } from "node:path";
import { edited } from "./build-mutant.ts";
import { mutants } from "./mutants.ts";

for (const mutant of mutants) {
  test(`still finds what it breaks: ${mutant.name}`, async () => {
    const source = await Bun.file(join(import.meta.dir, "../..", mutant.file)).text();
    expect(edited(source, mutant)).not.toBe(source);
  });
}
