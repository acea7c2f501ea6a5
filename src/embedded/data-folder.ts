import { closeSync, mkdirSync, openSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { lockFolder, pid_file } from "./folder-lock.ts";

/** The folder of the embedded mode, locked by this process until it is disposed of. */
export interface DataFolder extends Disposable {
  /** Absolute. */
  readonly path: string;
  readonly primary: string;
  readonly replica: string;
}

/** The folder cannot be used; the message says why. */
export class DataFolderError extends Error {
  override readonly name = "DataFolderError";
}

/**
 * Makes the folder (for its owner only) and takes it for this process. Throws FolderInUse when another process has it,
 * DataFolderError when it cannot be made, read or written, or is a file.
 */
export function openDataFolder(dir: string): DataFolder {
  const path = usableFolder(dir);
  const lock = lockFolder(path);
  return {
    path,
    primary: join(path, "primary"),
    replica: join(path, "replica"),
    [Symbol.dispose]: () => lock[Symbol.dispose](),
  };
}

/** Throws DataFolderError when nobody ever began to make databases in the folder. Makes nothing; what else is wrong is for its opening to say. */
export function demandDatabases(dir: string): void {
  try {
    if (readdirSync(dir).some((name) => name.startsWith("primary"))) return;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) return;
  }
  throw new DataFolderError(
    `There are no databases in ${dir}. Name the folder of the blog that you mean by BLOG_DATA_DIR; \`blog\` itself makes one.`,
  );
}

function usableFolder(dir: string): string {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    readdirSync(dir);
    // Tried, not asked for: access(2) answers for another user than the one that acts, and knows no read-only mounts of containers.
    closeSync(openSync(join(dir, pid_file), "a", 0o600));
    return realpathSync(dir);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    throw new DataFolderError(`The data folder ${dir} ${reason(code)}. Choose another with BLOG_DATA_DIR.`, { cause: error });
  }
}

function reason(code: unknown): string {
  switch (code) {
    case "EEXIST":
    case "ENOTDIR":
      return "is a file, or lies under one";
    case "EACCES":
    case "EPERM":
      return "may not be read and written by this user";
    case "EROFS":
      return "lies on a read-only file system";
    case "ENOSPC":
      return "cannot be made: the disk is full";
    default:
      return `cannot be used (${String(code)})`;
  }
}
