import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "../../src/testing/native-process.ts";

const prefix = "blog-bench-";

/** A folder for the data and logs of one run; also removes those of runs that were killed. */
export function makeScratchFolder(): { readonly path: string } & Disposable {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
  const path = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  // PostgreSQL refuses to run as root, and has to get to its data as somebody else.
  chmodSync(path, 0o755);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
