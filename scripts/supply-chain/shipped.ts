import { join, relative } from "node:path";
import { root } from "../steps.ts";
import { folderOf, type LockedPackage, type Lockfile } from "./lockfile.ts";

/** The packages of which something is in the executable, as the bundler tells. What it leaves out is not there, whatever package.json says. */
export async function shippedPackages(lock: Lockfile): Promise<readonly LockedPackage[]> {
  const { success, metafile, logs } = await Bun.build({
    entrypoints: [join(root, "src/main.ts")],
    target: "bun",
    // What is left out as never reached hangs on it: as scripts/build.ts does.
    minify: { whitespace: true, syntax: true },
    metafile: true,
  });
  if (!success || metafile === undefined) throw new Error(`The executable's parts are not known:\n${logs.join("\n")}`);
  const files = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const by_folder = new Map([...lock.packages.values()].map((entry) => [folderOf(entry.path), entry]));
  const shipped = new Set(files.flatMap((file) => packageOf(file, by_folder) ?? []));
  return [...shipped].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function packageOf(file: string, by_folder: ReadonlyMap<string, LockedPackage>): LockedPackage | undefined {
  const [inside] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(relative(root, join(root, file))) ?? [];
  if (inside === undefined) return undefined;
  const found = by_folder.get(join(root, inside));
  if (found === undefined) throw new Error(`${file} is in the executable, but no package of bun.lock has it`);
  return found;
}
