import { ensureBuilt as build } from "../../scripts/build.ts";
import { start_timeout_ms } from "./instance.ts";
import { waitFor } from "./wait-for.ts";

export type LogLine = Readonly<Record<string, unknown>> & { readonly msg?: string };

export interface Executable extends AsyncDisposable {
  readonly pid: number;
  /** Base URL by role, without a slash at the end: `urls.api`. */
  readonly urls: Readonly<Record<string, string>>;
  /** What it has logged so far; a line that is no JSON comes as `{ msg }`. */
  readonly log: readonly LogLine[];
  readonly stdout: () => string;
  /** Resolves with the first log line, past or to come, that `matches`. */
  logged(what: string, matches: (line: LogLine) => boolean, timeout_ms?: number): Promise<LogLine>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number>;
  kill(): Promise<void>;
  /** SIGSTOP and SIGCONT. */
  pause(): void;
  resume(): void;
  /** The exit code, also when it ends by itself; 128 + the signal's number when one ended it. */
  readonly exited: Promise<number>;
}

interface StartOptions {
  /** Beside what a process needs of this machine, the only environment: nothing of the developer's shell comes through. */
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** The working folder: where `./blog-data` and a `.env` would be. */
  readonly cwd: string;
  /** The roles whose readiness is awaited; none gives the process back as soon as it runs. */
  readonly await_ready?: readonly ("api" | "gateway" | "sync")[];
  readonly ready_timeout_ms?: number;
  /** Another build than `dist/blog`. */
  readonly file?: string;
}

/** Starts `dist/blog`, built when stale, on free ports, and waits until its roles are ready. Rejects with its log when they do not get there. */
export async function startExecutable(options: StartOptions): Promise<Executable> {
  const { args = [], cwd, await_ready = ["api", "gateway", "sync"], ready_timeout_ms = start_timeout_ms } = options;
  const child = Bun.spawn([options.file ?? (await ensureBuilt()), ...args], {
    cwd,
    env: { ...machineEnv(), LOG_FORMAT: "json", API_PORT: "0", GATEWAY_PORT: "0", SYNC_PORT: "0", ...options.env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const log: LogLine[] = [];
  const urls: Record<string, string> = {};
  let stdout = "";
  const read_stdout = eachLine(child.stdout, (line) => {
    stdout += `${line}\n`;
  });
  const read_stderr = eachLine(child.stderr, (text) => {
    const line = parseLine(text);
    log.push(line);
    if (line.msg === "listening" && typeof line["role"] === "string" && typeof line["url"] === "string") {
      urls[line["role"]] = line["url"].replace(/\/$/, "");
    }
  });

  /** Its last lines have been read too. */
  async function ended(): Promise<number> {
    const exit_code = await child.exited;
    await Promise.all([read_stdout, read_stderr]);
    return exit_code;
  }
  const exited = ended();

  const executable: Executable = {
    pid: child.pid,
    urls,
    log,
    stdout: () => stdout,
    logged: (what, matches, timeout_ms) =>
      waitFor(`the log line "${what}"`, () => log.find(matches), timeout_ms === undefined ? {} : { timeout_ms }),
    async stop() {
      child.kill("SIGTERM");
      return await exited;
    },
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    pause: () => child.kill("SIGSTOP"),
    resume: () => child.kill("SIGCONT"),
    exited,
    async [Symbol.asyncDispose]() {
      await this.kill();
    },
  };

  try {
    await waitFor(`${await_ready.join(", ")} to be ready`, () => hasEnded(child) || allReady(urls, await_ready), {
      timeout_ms: ready_timeout_ms,
    });
    if (await_ready.length > 0 && hasEnded(child)) throw new Error(`dist/blog ended with ${child.exitCode ?? child.signalCode}`);
  } catch (error) {
    await executable.kill();
    throw new Error(
      `${error instanceof Error ? error.message : error}. Its log:\n${log.map((line) => JSON.stringify(line)).join("\n")}`,
    );
  }
  return executable;
}

/** Runs a command of `dist/blog` to its end. */
export async function runExecutable(
  options: Pick<StartOptions, "env" | "args" | "cwd" | "file"> & { readonly timeout_ms?: number },
) {
  const child = Bun.spawn([options.file ?? (await ensureBuilt()), ...(options.args ?? [])], {
    cwd: options.cwd,
    env: { ...machineEnv(), LOG_FORMAT: "json", ...options.env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: options.timeout_ms ?? start_timeout_ms,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { exit_code: await child.exited, stdout, stderr };
}

let built: Promise<string> | undefined;

/** Once a run: what is edited meanwhile belongs to the next one. */
function ensureBuilt(): Promise<string> {
  built ??= build();
  return built;
}

async function allReady(urls: Readonly<Record<string, string>>, roles: readonly string[]): Promise<boolean> {
  const ready = roles.map(async (role) => {
    const url = urls[role];
    if (url === undefined) return false;
    return (await fetch(`${url}/api/v1/health/ready`, { signal: AbortSignal.timeout(1000) })).ok;
  });
  return (await Promise.all(ready)).every(Boolean);
}

function machineEnv(): Record<string, string> {
  const { PATH = "", HOME = "", TMPDIR } = process.env;
  return { PATH, HOME, TZ: "UTC", ...(TMPDIR === undefined ? {} : { TMPDIR }) };
}

function hasEnded(child: Bun.Subprocess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function parseLine(text: string): LogLine {
  try {
    const line: unknown = JSON.parse(text);
    if (typeof line === "object" && line !== null) return { ...line };
  } catch {
    // Not one of the logger's: a crash, for instance.
  }
  return { msg: text };
}

async function eachLine(stream: ReadableStream<Uint8Array>, take: (line: string) => void): Promise<void> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(take);
  }
  if (rest !== "") take(rest);
}
