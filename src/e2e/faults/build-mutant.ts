import { join } from "node:path";
import type { Mutant } from "./mutants.ts";

const sources = join(import.meta.dir, "../..");

/** Compiles the sources, with the mutant's edits made on the way to the compiler, into `outfile`. Rejects when an edit finds nothing to change. */
export async function buildMutant({ name, file, edits }: Mutant, outfile: string): Promise<void> {
  const mutated = join(sources, file);
  const built = await Bun.build({
    entrypoints: [join(sources, "main.ts")],
    minify: { whitespace: true, syntax: true },
    define: { BUILD_COMMIT: '"mutant"' },
    compile: { outfile, autoloadBunfig: false, autoloadDotenv: false },
    plugins: [
      {
        name,
        setup(build) {
          build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
            if (path !== mutated) return undefined;
            return { contents: edited(await Bun.file(path).text(), { name, edits }), loader: "ts" };
          });
        },
      },
    ],
  });
  if (!built.success) throw new AggregateError(built.logs, `The mutant "${name}" could not be built`);
}

/** Throws when there is nothing to edit any more: then the mutant has to be written anew. */
export function edited(source: string, { name, edits }: Pick<Mutant, "name" | "edits">): string {
  return edits.reduce((text, { find, put }) => {
    const next = text.replace(find, put);
    if (next === text) throw new Error(`The mutant "${name}" finds nothing that matches ${find}`);
    return next;
  }, source);
}
