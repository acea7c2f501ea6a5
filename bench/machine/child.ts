import { closeSync, openSync, readFileSync } from "node:fs";
import { dieWithParent } from "../../src/testing/native-process.ts";
import { waitFor } from "../../src/testing/wait-for.ts";

const stop_timeout_ms = 25_000;

export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** From its start to the first probe that said so. */
  readonly ready_after_ms: number;
  /** SIGTERM, and SIGKILL when that is not enough. Resolves when the process has ended. */
  stop(): Promise<void>;
}

interface ChildOptions {
  readonly name: string;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Takes stdout and stderr: a file, as in production, and not a pipe that we would have to read meanwhile. */
  readonly log_file: string;
  /** Resolves to true when it serves. */
  ready(): Promise<boolean>;
  readonly ready_timeout_ms?: number;
}

/** Starts a server and waits until it serves; it ends with this process, whatever ends that. Rejects with the end of its log. */
export async function startChild({
  name,
  command,
  cwd,
  env,
  log_file,
  ready,
  ready_timeout_ms = 30_000,
}: ChildOptions): Promise<Child> {
  const log = openSync(log_file, "a");
  const { PATH = "", HOME = "" } = process.env;
  const began_ms = performance.now();
  const child = Bun.spawn([...dieWithParent(), ...command], {
    cwd,
    env: { PATH, HOME, TZ: "UTC", NODE_ENV: "production", ...env },
    stdin: "ignore",
    stdout: log,
    stderr: log,
  });
  closeSync(log);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;

  async function stop() {
    if (!hasEnded()) child.kill("SIGTERM");
    const overdue = setTimeout(() => child.kill("SIGKILL"), stop_timeout_ms);
    await child.exited;
    clearTimeout(overdue);
  }

  try {
    await waitFor(`${name} to be ready`, async () => hasEnded() || (await ready()), {
      timeout_ms: ready_timeout_ms,
      interval_ms: 2,
    });
    if (hasEnded()) throw new Error(`${name} ended with ${child.exitCode ?? child.signalCode}`);
  } catch (error) {
    child.kill("SIGKILL");
    const tail = readFileSync(log_file, "utf8").trimEnd().split("\n").slice(-20).join("\n");
    throw new Error(`${error instanceof Error ? error.message : error}. The end of its log:\n${tail}`);
  }
  return { pid: child.pid, ready_after_ms: performance.now() - began_ms, stop, [Symbol.asyncDispose]: stop };
}

/** Whether a GET, or a POST of this JSON text, is answered with 2xx. */
export async function answers(url: string, body?: string): Promise<boolean> {
  const post = body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body };
  return (await fetch(url, { ...post, signal: AbortSignal.timeout(1000) })).ok;
}
