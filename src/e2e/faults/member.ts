import { type Executable, startExecutable } from "../../testing/executable.ts";
import { freePort } from "../../testing/free-port.ts";

/** One process of the fleet. Its address stays the same over every stop and start. */
export interface Member extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  /** Resolves when the role is ready, or, with `await_ready` false, as soon as the process runs. */
  start(options?: { readonly await_ready?: boolean }): Promise<void>;
  /** SIGTERM. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** False also when it has ended by itself. */
  readonly running: boolean;
  /** The last lines that the present process, or the last one, has logged. */
  logTail(): string;
}

export interface MemberOptions {
  readonly name: string;
  readonly role: "api" | "gateway" | "sync";
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Another build than `dist/blog`. */
  readonly file?: string | undefined;
}

export function createMember({ name, role, env, cwd, file }: MemberOptions): Member {
  const port = freePort();
  let process: Executable | undefined;
  let last: Executable | undefined;

  async function end(how: (running: Executable) => Promise<unknown>): Promise<void> {
    const ending = process;
    process = undefined;
    if (ending) await how(ending);
  }

  return {
    name,
    url: `http://127.0.0.1:${port}`,
    async start({ await_ready = true } = {}) {
      if (process) return;
      const started = await startExecutable({
        cwd,
        args: [`--role=${role}`],
        env: { ...env, [`${role.toUpperCase()}_PORT`]: String(port) },
        await_ready: await_ready ? [role] : [],
        ...(file !== undefined && { file }),
      });
      process = started;
      last = started;
      void started.exited.then(() => {
        if (process === started) process = undefined;
      });
    },
    stop: () => end((running) => running.stop()),
    kill: () => end((running) => running.kill()),
    pause: () => process?.pause(),
    resume: () => process?.resume(),
    get running() {
      return process !== undefined;
    },
    logTail: () =>
      (last?.log ?? [])
        .slice(-15)
        .map((line) => JSON.stringify(line))
        .join("\n"),
    [Symbol.asyncDispose]: () => end((running) => running.kill()),
  };
}
