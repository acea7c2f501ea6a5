import { closeSync, openSync, readFileSync } from "node:fs";
import { type Instance, start_timeout_ms } from "./instance.ts";
import { waitFor } from "./wait-for.ts";

const stop_timeout_ms = 15_000;

interface NativeProcess {
  readonly name: string;
  readonly port: number;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly log_file: string;
  readonly stop_signal: "SIGINT" | "SIGTERM";
  /** The user to run as, for servers that refuse root. */
  readonly uid?: number;
  /** Throws, or returns false, until the server answers. */
  answers(): Promise<boolean>;
}

/** A server as a plain process of this machine; `start` has to be called. */
export function createNativeProcess(server: NativeProcess): Instance {
  let running: Bun.Subprocess | undefined;
  let frozen: number[] = [];

  async function start() {
    if (running?.exitCode === null && running.signalCode === null) return;
    const log = openSync(server.log_file, "a");
    const child = Bun.spawn([...dieWithParent(), ...server.command], {
      cwd: server.cwd,
      env: { ...server.env },
      stdin: "ignore",
      stdout: log,
      stderr: log,
      ...(server.uid === undefined ? {} : { uid: server.uid, gid: server.uid }),
    });
    closeSync(log);
    running = child;
    let ended = false;
    void child.exited.then(() => {
      ended = true;
    });
    try {
      await waitFor(`${server.name} to answer`, async () => ended || (await server.answers()), { timeout_ms: start_timeout_ms });
      if (ended) throw new Error(`${server.name} ended with ${child.exitCode ?? child.signalCode}`);
    } catch (error) {
      await kill();
      throw new Error(`${server.name} did not start: ${reason(error)}. The end of its log:\n${tail(server.log_file)}`);
    }
  }

  async function stop() {
    if (!running) return;
    await resume();
    running.kill(server.stop_signal);
    const child = running;
    const overdue = setTimeout(() => void kill(), stop_timeout_ms);
    await child.exited;
    clearTimeout(overdue);
    running = undefined;
  }

  async function kill() {
    if (!running) return;
    const pids = freezeTree(running.pid);
    for (const pid of pids) signal(pid, "SIGKILL");
    await running.exited;
    // PostgreSQL refuses to start again while one of its old processes is still there.
    await waitFor(`${server.name}'s processes to be gone`, () => pids.every((pid) => !isAlive(pid)));
    running = undefined;
  }

  async function pause() {
    if (running) frozen = freezeTree(running.pid);
  }

  async function resume() {
    for (const pid of frozen.splice(0)) signal(pid, "SIGCONT");
  }

  return { port: server.port, start, stop, kill, pause, resume, [Symbol.asyncDispose]: kill };
}

/** Put before a command: Linux ends the child even when this process is killed with SIGKILL; elsewhere the next run's sweep has to do. */
export function dieWithParent(): string[] {
  return process.platform === "linux" && Bun.which("setpriv") ? ["setpriv", "--pdeathsig", "KILL"] : [];
}

/**
 * Stops a process and all below it, parents first so that none is born unseen, and gives their ids.
 * PostgreSQL's backends have sessions of their own, so no process group holds them.
 */
function freezeTree(root: number): number[] {
  const pids: number[] = [];
  const queue = [root];
  for (let pid = queue.shift(); pid !== undefined; pid = queue.shift()) {
    if (!signal(pid, "SIGSTOP")) continue;
    pids.push(pid);
    queue.push(...childrenOf(pid));
  }
  return pids;
}

/** False when there is no such process any more. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function childrenOf(pid: number): number[] {
  if (process.platform === "linux") return numbers(readIfThere(`/proc/${pid}/task/${pid}/children`));
  return numbers(Bun.spawnSync(["pgrep", "-P", String(pid)]).stdout.toString());
}

function numbers(text: string): number[] {
  return text.split(/\s+/).filter(Boolean).map(Number);
}

/** Whether a process runs, frozen or not; one that only waits for its parent to take notice of its end does not. */
export function isAlive(pid: number): boolean {
  if (process.platform === "linux") return /\) [^ZX]/.test(readIfThere(`/proc/${pid}/stat`));
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} (${reason(error.cause)})`;
}

function tail(file: string, lines = 20): string {
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
}
