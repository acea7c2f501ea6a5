import { join } from "node:path";
import { root } from "../steps.ts";

/** One package of bun.lock. A name may be there twice, in two versions. */
export interface LockedPackage {
  /** Where it is installed: the names on the way to it, as `a/b` for b in a's own node_modules. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** SHA-512 in base64, as `sha512-…`: what is downloaded has to match it. */
  readonly integrity: string;
  /** Paths of the packages that it uses; those that no such machine installs included. */
  readonly uses: readonly string[];
}

export interface Lockfile {
  readonly packages: ReadonlyMap<string, LockedPackage>;
  /** Exactly as package.json has to have them. */
  readonly dependencies: Readonly<Record<string, string>>;
  readonly dev_dependencies: Readonly<Record<string, string>>;
}

/** bun.lock's text, version 2. Throws when it has another shape. */
export function parseLockfile(text: string): Lockfile {
  const lock = record(Bun.JSONC.parse(text), "bun.lock");
  const workspace = record(record(lock["workspaces"], "workspaces")[""], "the workspace");
  const entries = record(lock["packages"], "packages");
  const packages = Object.entries(entries).map(([path, entry]) => [path, toPackage(path, entry, entries)] as const);
  return {
    packages: new Map(packages),
    dependencies: texts(workspace["dependencies"]),
    dev_dependencies: texts(workspace["devDependencies"]),
  };
}

export async function readLockfile(): Promise<Lockfile> {
  return parseLockfile(await Bun.file(join(root, "bun.lock")).text());
}

/** Where a package of the lockfile is installed. */
export function folderOf(path: string): string {
  const names = path.match(/(?:@[^/]+\/)?[^/]+/g) ?? [];
  return join(root, ...names.flatMap((name) => ["node_modules", name]));
}

function toPackage(path: string, entry: unknown, entries: Record<string, unknown>): LockedPackage {
  if (!Array.isArray(entry)) throw new Error(`bun.lock: ${path} is no list`);
  const [id, , described, integrity]: unknown[] = entry;
  const [, name, version] = typeof id === "string" ? (/^(.+)@([^@]+)$/.exec(id) ?? []) : [];
  if (name === undefined || version === undefined) throw new Error(`bun.lock: ${path} has no name and version`);
  const { dependencies, optionalDependencies, peerDependencies } = record(described, path);
  const used = Object.keys({ ...texts(dependencies), ...texts(optionalDependencies), ...texts(peerDependencies) });
  return {
    path,
    name,
    version,
    integrity: typeof integrity === "string" ? integrity : "",
    uses: used.flatMap((dependency) => resolveFrom(path, dependency, entries) ?? []),
  };
}

/** As a module's import is resolved: the nearest node_modules that has it, from the inside out. */
function resolveFrom(path: string, name: string, entries: Record<string, unknown>): string | undefined {
  const names = path.match(/(?:@[^/]+\/)?[^/]+/g) ?? [];
  for (let depth = names.length; depth >= 0; depth--) {
    const candidate = [...names.slice(0, depth), name].join("/");
    if (Object.hasOwn(entries, candidate)) return candidate;
  }
  return undefined;
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`bun.lock: ${what} is no object`);
  return { ...value };
}

function texts(value: unknown): Record<string, string> {
  if (value === undefined) return {};
  return Object.fromEntries(Object.entries(record(value, "dependencies")).map(([name, text]) => [name, String(text)]));
}
