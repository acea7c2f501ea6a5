import { existsSync } from "node:fs";
import { cp, rename, rm } from "node:fs/promises";
import type { Database } from "../store/database.ts";
import type { DatabaseHooks } from "../store/database-hooks.ts";
import type { DataFolder } from "./data-folder.ts";
import { openPglite } from "./pglite-database.ts";
import { loadPgliteEngine, type PgliteEngine } from "./pglite-engine.ts";
import { keepUp } from "./upkeep.ts";

export interface EmbeddedDatabases extends AsyncDisposable {
  readonly primary: Database;
  readonly replica: Database;
}

export interface EmbeddedHooks {
  readonly primary?: DatabaseHooks;
  readonly replica?: DatabaseHooks;
}

/** Opens both databases of a folder, making what is missing. Disposing closes both, not the folder. */
export async function openEmbeddedDatabases(folder: DataFolder, hooks: EmbeddedHooks = {}): Promise<EmbeddedDatabases> {
  const engine = await loadPgliteEngine();
  await initialise(engine, [folder.primary, folder.replica]);
  await using opened = new AsyncDisposableStack();
  const primary = opened.use(
    await openPglite({ engine, dir: folder.primary, name: "primary", ...(hooks.primary && { hooks: hooks.primary }) }),
  );
  const replica = opened.use(
    await openPglite({ engine, dir: folder.replica, name: "replica", ...(hooks.replica && { hooks: hooks.replica }) }),
  );
  opened.use(keepUp(primary));
  opened.use(keepUp(replica));
  const parts = opened.move();
  return { primary, replica, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/**
 * A database appears under its name only when it is complete, so a process killed on the way leaves nothing that
 * the next one would take for a database. An empty one takes 2 s to make, a copy of it 50 ms.
 */
async function initialise(engine: PgliteEngine, dirs: readonly string[]): Promise<void> {
  const unfinished = dirs.map(temporary);
  await Promise.all(unfinished.map((dir) => rm(dir, { recursive: true, force: true })));
  const [first, ...others] = dirs.filter((dir) => !existsSync(dir));
  if (first === undefined) return;
  const pglite = await engine.start(temporary(first));
  await pglite.close();
  for (const other of others) await cp(temporary(first), temporary(other), { recursive: true });
  for (const dir of [first, ...others]) await rename(temporary(dir), dir);
}

function temporary(dir: string): string {
  return `${dir}.unfinished`;
}
