import { existsSync } from "node:fs";
import { join } from "node:path";
import { cache, kept } from "./kept-folder.ts";
import { runProgram } from "./run-program.ts";

/** What compose.yml runs. */
export const image = "prom/prometheus:v3.5.0";
const folder = join(cache, image.replaceAll(/[/:]/g, "-"));
/** With a pull, where the image is not there. */
const timeout_ms = 120_000;

export function imageMissing(): string | undefined {
  if (process.platform !== "linux") return "the image holds programs for Linux";
  return existsSync(folder) || Bun.which("docker") ? undefined : "no docker";
}

/** The folder with Prometheus's programs out of the official image. Throws when there is no daemon or no image. */
export function fetchFromImage(): Promise<string> {
  return kept(folder, async (made) => {
    const container = (await runProgram(["docker", "create", image], timeout_ms)).trim();
    try {
      for (const program of ["prometheus", "promtool"]) {
        await runProgram(["docker", "cp", `${container}:/bin/${program}`, join(made, program)], timeout_ms);
      }
    } finally {
      await runProgram(["docker", "rm", container], timeout_ms);
    }
  });
}
