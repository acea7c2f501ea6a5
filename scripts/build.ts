/**
 * `bun run build`: the executable dist/blog. With `--if-stale` only when something that goes into it is newer;
 * with `--target=bun-linux-arm64`, or another that `bun build` knows, dist/blog-bun-linux-arm64 for other machines.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root, runStep } from "./steps.ts";

export const executable = join(root, "dist/blog");
const lock = join(root, "dist/.build.lock");
export const sources = ["src", "drizzle", "patches", "scripts/build.ts", "package.json", "bun.lock", "tsconfig.json"];
const build_timeout_ms = 120_000;

/** Builds when the executable is missing or older than its sources, and gives its path; another process that builds is waited for. */
export async function ensureBuilt(): Promise<string> {
  mkdirSync(join(root, "dist"), { recursive: true });
  while (isStale()) {
    if (!takeLock()) {
      await Bun.sleep(100);
      continue;
    }
    try {
      if (isStale()) await build();
    } finally {
      rmSync(lock, { force: true });
    }
  }
  return executable;
}

/** Throws when `bun build` fails, its output shown before. What another target runs on is downloaded by Bun. */
export async function build(target?: string): Promise<void> {
  const began = new Date();
  const destination = target === undefined ? executable : `${executable}-${target}`;
  const outfile = `${destination}.${process.pid}`;
  mkdirSync(join(root, "dist"), { recursive: true });
  // Full --minify breaks Elysia, which reads its handlers' source; and an executable must not run code from the folder it is called in.
  // biome-ignore format: option by option
  const command = [process.execPath, "build", "--compile", "--minify-whitespace", "--minify-syntax",
    "--no-compile-autoload-bunfig", "--no-compile-autoload-dotenv",
    // Bytecode saves three quarters of the 120 ms that reading the program takes at start; it is this machine's own.
    ...(target === undefined ? ["--format=esm", "--bytecode"] : [`--target=${target}`]),
    "--define", `BUILD_COMMIT=${JSON.stringify(commit())}`, "src/main.ts", "--outfile", outfile];
  try {
    const { ok } = await runStep({ name: "build dist/blog", command, timeout_ms: build_timeout_ms });
    if (!ok) throw new Error("The executable could not be built");
    // As old as what it was made from: what changed while it was built makes it stale.
    utimesSync(outfile, began, began);
    // A running executable cannot be written to, but replaced.
    renameSync(outfile, destination);
  } finally {
    rmSync(outfile, { force: true });
  }
}

function isStale(): boolean {
  const built_ms = modified_ms(executable);
  return sources.some((source) => newest_ms(join(root, source)) > built_ms);
}

/** Folders count too: theirs is the time when a file was removed. Tests do not go into the executable. */
function newest_ms(path: string): number {
  const own_ms = modified_ms(path);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return own_ms;
  const inside = readdirSync(path).filter((name) => !name.endsWith(".test.ts") && name !== "testing" && name !== "e2e");
  return Math.max(own_ms, ...inside.map((name) => newest_ms(join(path, name))));
}

function modified_ms(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function takeLock(): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    if (!holderIsAlive()) rmSync(lock, { force: true });
    return false;
  }
}

function holderIsAlive(): boolean {
  // Also covers a holder that has just made the file and not yet written its id, and an id that went to another process since.
  if (Date.now() - modified_ms(lock) < 1000) return true;
  if (Date.now() - modified_ms(lock) > build_timeout_ms) return false;
  try {
    return process.kill(Number(readFileSync(lock, "utf8")), 0);
  } catch {
    return false;
  }
}

/** Twelve digits, with `-dirty` when files differ from it; BUILD_COMMIT where git is not at hand, as in an image; else `unknown`. */
function commit(): string {
  const given = process.env["BUILD_COMMIT"];
  if (given) return given;
  if (!Bun.which("git")) return "unknown";
  const described = Bun.spawnSync(["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"], { cwd: root });
  return described.success ? described.stdout.toString().trim() : "unknown";
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { "if-stale": { type: "boolean" }, target: { type: "string" } } });
  if (values["if-stale"]) await ensureBuilt();
  else await build(values.target);
}
