import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { markdownOf, type Run } from "./markdown.ts";

const folder = join(import.meta.dir, "../results");

/** Writes the run to bench/results, named by date and commit; gives the Markdown. */
export function writeReport(run: Run, name: string): string {
  mkdirSync(folder, { recursive: true });
  const markdown = markdownOf(run);
  writeFileSync(join(folder, `${name}.md`), markdown);
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(run, null, 1)}\n`);
  return markdown;
}

/** What it ran on, in a few words. */
export function describeMachine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model ?? "CPU"}, ${Math.round(totalmem() / 1024 ** 3)} GiB`;
}
