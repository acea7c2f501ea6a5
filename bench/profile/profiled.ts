import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Arena } from "../arena.ts";
import { cpuOf } from "../machine/proc.ts";
import { type Installation, type OursProcess, type Role, startOurs } from "../sides/ours.ts";

const main = join(import.meta.dir, "../../src/main.ts");

/** What happened between two moments of a profiled process. */
export interface ProfiledWork {
  /** Requests, or events. */
  readonly units: number;
  /** From the process's start. */
  readonly from_us: number;
  readonly to_us: number;
  readonly server_cpu_us: number;
  readonly postgres_cpu_us: number;
}

/** Runs the sources with these roles under Bun's profiler while `work` is done, and leaves the profile in `folder`. */
export async function profileWhile(
  { arena, installation, roles, folder }: Profiled,
  prepare: (server: OursProcess) => Promise<unknown>,
  work: (server: OursProcess) => Promise<number>,
): Promise<ProfiledWork> {
  mkdirSync(folder);
  const command = [process.execPath, "--cpu-prof", "--cpu-prof-dir", folder, main];
  const began_ms = performance.now();
  const server = await startOurs({ ...installation, command }, roles);
  await prepare(server);
  const spent = () => ({ server: cpuOf([server.pid]), postgres: arena.contest_parts.postgres_cpu_us() });
  const before = spent();
  const from_us = (performance.now() - began_ms) * 1000;
  const units = await work(server);
  const to_us = (performance.now() - began_ms) * 1000;
  const after = spent();
  await server.stop();
  const server_cpu_us = after.server - before.server;
  return { units, from_us, to_us, server_cpu_us, postgres_cpu_us: after.postgres - before.postgres };
}

export interface Profiled {
  readonly arena: Arena;
  readonly installation: Installation;
  readonly roles: readonly Role[];
  readonly folder: string;
}
