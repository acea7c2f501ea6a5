import { join } from "node:path";

const root = join(import.meta.dir, "..");
/** What a client of Docker needs; nothing else of the developer's shell comes through. */
const clients_variables = /^(PATH|HOME|TMPDIR|XDG_RUNTIME_DIR|DOCKER_\w+|BUILDX_\w+)$/;

export interface Outcome {
  /** 128 + the signal's number when one ended it. */
  readonly exit_code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in the project's folder to its end. */
export async function runCommand(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
  timeout_ms = 60_000,
): Promise<Outcome> {
  const needed = Object.entries(process.env).filter(([name]) => clients_variables.test(name));
  const child = Bun.spawn([...command], {
    cwd: root,
    env: { ...Object.fromEntries(needed), ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: timeout_ms,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { exit_code: await child.exited, stdout, stderr };
}

/** As `runCommand`; gives back stdout without its last end of line, and rejects with the end of stderr when the command fails. */
export async function outputOf(...[command, ...rest]: Parameters<typeof runCommand>): Promise<string> {
  const { exit_code, stdout, stderr } = await runCommand(command, ...rest);
  if (exit_code === 0) return stdout.trimEnd();
  const last_lines = stderr.trimEnd().split("\n").slice(-30).join("\n");
  throw new Error(`${command.join(" ")} ended with ${exit_code}:\n${last_lines}`);
}
