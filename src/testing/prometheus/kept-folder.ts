import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

/** Not in git, and kept from run to run. */
export const cache = join(import.meta.dir, "../../../.cache/prometheus");

/** Made in a folder of its own and then renamed, so that two runs at once do no harm, and none finds half of it. */
export async function kept(folder: string, make: (folder: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const made = mkdtempSync(`${folder}-`);
  chmodSync(made, 0o755);
  try {
    await make(made);
    renameSync(made, folder);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}
