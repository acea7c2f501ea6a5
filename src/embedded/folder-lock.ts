import { SQLiteError, Database as Sqlite } from "bun:sqlite";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Beside the lock, for people and messages: who holds it. The lock itself does not rest on it. */
export const pid_file = "blog.pid";

/** The folder belongs to another process. */
export class FolderInUse extends Error {
  override readonly name = "FolderInUse";
}

/**
 * Takes the folder for this process, or throws FolderInUse. The operating system holds the lock (SQLite's, of a file that stays
 * empty) and drops it when the process ends, however it ends: so a stale lock, a recycled pid, and two that take over at
 * once cannot be; and it holds between containers that share a volume, where a pid says nothing.
 */
export function lockFolder(dir: string): Disposable {
  const lock = new Sqlite(join(dir, "blog.lock"), { create: true, readwrite: true });
  try {
    // No journal beside it: nothing is ever written.
    lock.run("PRAGMA journal_mode = MEMORY");
    lock.run("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (error instanceof SQLiteError && error.code?.startsWith("SQLITE_BUSY")) throw inUse(dir);
    throw error;
  }
  writeFileSync(join(dir, pid_file), `${process.pid}\n`);
  const release = () => lock.close();
  // Also a root for the garbage collector, which would close a forgotten lock and give the folder away.
  process.once("exit", release);
  return {
    [Symbol.dispose]() {
      process.removeListener("exit", release);
      release();
    },
  };
}

function inUse(dir: string): FolderInUse {
  const pid = readPid(join(dir, pid_file));
  const holder = pid === undefined ? "another process" : `the process ${pid}`;
  return new FolderInUse(
    `The data folder ${dir} is in use by ${holder}. Stop it first, or choose another folder with BLOG_DATA_DIR.`,
  );
}

function readPid(path: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(path, "utf8"), 10);
    return Number.isSafeInteger(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}
