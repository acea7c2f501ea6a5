import { readdirSync, readFileSync } from "node:fs";

const ticks_per_s = 100;

/** What /proc says of a process; all zero when there is none of this id. */
interface ProcStat {
  readonly parent: number;
  readonly own_ticks: number;
  /** Of its children that have ended. */
  readonly reaped_ticks: number;
}

/** CPU time of the processes together, user and system. */
export function cpuOf(pids: readonly number[]): number {
  return (1e6 / ticks_per_s) * pids.reduce((sum, pid) => sum + procStat(pid).own_ticks, 0);
}

/** CPU time in µs of a server and all its children, also of those that have ended: PostgreSQL's backends and workers. */
export function cpuOfTree(root: number): number {
  const { own_ticks, reaped_ticks } = procStat(root);
  return (1e6 / ticks_per_s) * (own_ticks + reaped_ticks) + cpuOf(childrenOf(root));
}

/** Resident memory in MiB; shared pages count for each process. */
export function rssOf(pids: readonly number[]): number {
  const pages = pids.map((pid) => Number(readIfThere(`/proc/${pid}/statm`).split(" ")[1] ?? 0));
  return (pages.reduce((sum, of_one) => sum + of_one, 0) * 4096) / 1024 / 1024;
}

/** How many file descriptors the process has open. */
export function handlesOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

export function parentOf(pid: number): number {
  return procStat(pid).parent;
}

export function childrenOf(pid: number): number[] {
  const tasks = readdirSync(`/proc/${pid}/task`);
  return tasks.flatMap((task) => readIfThere(`/proc/${pid}/task/${task}/children`).split(/\s+/).filter(Boolean).map(Number));
}

function procStat(pid: number): ProcStat {
  // The second field is the command in parentheses, and may hold spaces; the third is the state.
  const fields = readIfThere(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ") ?? [];
  const field = (number: number) => Number(fields[number - 3] ?? 0);
  return { parent: field(4), own_ticks: field(14) + field(15), reaped_ticks: field(16) + field(17) };
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
