import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dieWithParent } from "../../src/testing/native-process.ts";
import type { Contestant } from "./contest.ts";

interface PgbenchOptions {
  readonly name: string;
  readonly url: string;
  /** pgbench's script: one transaction. */
  readonly script: string;
  readonly connections: number;
  readonly folder: string;
}

/** PostgreSQL's own load generator with prepared statements: the limit that nobody gets past. */
export function pgbenchContestant({ name, url, script, connections, folder }: PgbenchOptions): Contestant {
  return {
    name,
    pids: [],
    async work(duration_s, seed) {
      const home = mkdtempSync(join(folder, "pgbench-"));
      const file = join(home, "script.sql");
      writeFileSync(file, script);
      // biome-ignore format: option by option
      const command = ["pgbench", "--no-vacuum", "-M", "prepared", "-f", file, "-c", String(connections), "-j", "1",
        "-T", String(duration_s), "--random-seed", String(seed), "-l", "--log-prefix", join(home, "log"), url];
      const child = Bun.spawn([...dieWithParent(), ...command], { stdout: "pipe", stderr: "pipe" });
      const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
      if ((await child.exited) !== 0) throw new Error(`pgbench failed:\n${stdout}${stderr}`);
      const latencies_us = readdirSync(home)
        .filter((entry) => entry.startsWith("log"))
        .flatMap((entry) => readFileSync(join(home, entry), "utf8").trimEnd().split("\n"))
        .map((line) => Number(line.split(" ")[2]))
        .sort((a, b) => a - b);
      rmSync(home, { recursive: true });
      const at = (share: number) => (latencies_us[Math.floor(latencies_us.length * share)] ?? Number.NaN) / 1000;
      const result = { requests: latencies_us.length, duration_s, p50_ms: at(0.5), p99_ms: at(0.99), refused: 0, unanswered: 0 };
      return { result, samples: 0, fault: undefined };
    },
  };
}
