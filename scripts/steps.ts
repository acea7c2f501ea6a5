/** What the other scripts share. Only what Bun itself has may be imported here: node_modules may still be missing. */
import { join } from "node:path";

export const root = join(import.meta.dir, "..");

export interface StepOutcome {
  readonly ok: boolean;
  readonly duration_ms: number;
}

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  readonly timeout_ms: number;
  /** Shown as it comes, instead of only when the step fails. */
  readonly live?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** Tells on stderr what runs and how long it took; a step that failed or took too long shows its output. */
export async function runStep({ name, command, timeout_ms, live = false, env = {} }: Step): Promise<StepOutcome> {
  process.stderr.write(`• ${name} …\n`);
  const began = performance.now();
  const child = Bun.spawn([...command], {
    cwd: root,
    env: { ...process.env, ...env },
    stdin: "ignore",
    stdout: live ? "inherit" : "pipe",
    stderr: live ? "inherit" : "pipe",
    timeout: timeout_ms,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const ok = (await child.exited) === 0;
  const duration_ms = performance.now() - began;
  if (!ok) process.stderr.write(`${stdout}${stderr}`);
  const outcome = ok ? "✓" : duration_ms >= timeout_ms ? `✗ cut off after ${timeout_ms / 1000} s:` : "✗";
  process.stderr.write(`${outcome} ${name} (${(duration_ms / 1000).toFixed(1)} s)\n`);
  return { ok, duration_ms };
}

/** The packages of bun.lock, exactly; done in a moment when they are there. */
export function install(): Promise<StepOutcome> {
  return runStep({ name: "install packages", command: [process.execPath, "install", "--frozen-lockfile"], timeout_ms: 300_000 });
}

/** A script of package.json. `--bun`: its tools run on this Bun, whatever Node there is. */
export function packageScript(name: string): string[] {
  return [process.execPath, "run", "--bun", "--silent", name];
}

async function text(stream: ReadableStream | number | undefined): Promise<string> {
  return stream instanceof ReadableStream ? await new Response(stream).text() : "";
}
