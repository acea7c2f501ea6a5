/** Aborts when the `npx` that started this process has gone. It passes no SIGTERM on, so what it started would stay behind. */
export function launcherGone(): AbortSignal {
  const gone = new AbortController();
  const launcher = findLauncher(process.ppid);
  if (launcher !== undefined) {
    const timer = setInterval(() => {
      if (isThere(launcher)) return;
      clearInterval(timer);
      gone.abort();
    }, 500);
    timer.unref();
  }
  return gone.signal;
}

/** npx → sh → bun run → this process; npm names its process after its command. */
function findLauncher(pid: number, generations = 4): number | undefined {
  if (generations === 0 || pid <= 1 || !Bun.which("ps")) return undefined;
  const shown = Bun.spawnSync(["ps", "-o", "ppid=,args=", "-p", String(pid)]).stdout.toString();
  const [, parent, command = ""] = /^\s*(\d+)\s+(.*)/.exec(shown) ?? [];
  if (/^(npm exec|npx)\b|\bnpx(-cli\.js)?\s/.test(command)) return pid;
  return parent === undefined ? undefined : findLauncher(Number(parent), generations - 1);
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
