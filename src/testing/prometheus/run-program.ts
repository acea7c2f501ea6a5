/** Runs a program to its end and gives what it wrote to stdout. Throws with the end of its stderr when it fails or takes too long. */
export async function runProgram(command: readonly string[], timeout_ms: number, cwd?: string): Promise<string> {
  const child = Bun.spawn([...command], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: timeout_ms,
    killSignal: "SIGKILL",
    ...(cwd !== undefined && { cwd }),
  });
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  if ((await child.exited) !== 0) throw new Error(`${command.slice(0, 3).join(" ")} failed: ${stderr.trim().slice(-500)}`);
  return stdout;
}
