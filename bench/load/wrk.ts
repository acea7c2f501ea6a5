import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { dieWithParent } from "../../src/testing/native-process.ts";
import type { Generator, Load } from "./load.ts";

const Report = Type.Object({
  requests: Type.Number(),
  duration_us: Type.Number(),
  p50_us: Type.Number(),
  p99_us: Type.Number(),
  refused: Type.Number(),
  unanswered: Type.Number(),
});

/** wrk on one thread, since the machine's other core is the server's. `folder` is for its input. */
export function createWrk(folder: string): Generator {
  const written = new Map<Load, string>();

  /** The folder that wrk.lua reads. */
  function inputOf(load: Load): string {
    const known = written.get(load);
    if (known !== undefined) return known;
    const input = join(folder, `load-${written.size}`);
    mkdirSync(input);
    const headers = { ...load.headers, ...(load.bodies && { "Content-Type": "application/json" }) };
    writeFileSync(
      join(input, "head"),
      [load.method, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join("\n"),
    );
    writeFileSync(join(input, "paths"), load.paths.join("\n"));
    writeFileSync(join(input, "bodies"), load.bodies?.join("\n") ?? "");
    written.set(load, input);
    return input;
  }

  return {
    name: "wrk",
    async run({ url, load, connections, duration_s, seed }) {
      const script = join(import.meta.dir, "wrk.lua");
      const command = ["wrk", "-t1", `-c${connections}`, `-d${duration_s}s`, "--timeout", "10s", "-s", script, url, "--"];
      const child = Bun.spawn([...dieWithParent(), ...command, inputOf(load), String(seed)], { stdout: "pipe", stderr: "pipe" });
      const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
      const line = /^RESULT (.*)$/m.exec(stdout)?.[1];
      if ((await child.exited) !== 0 || line === undefined) throw new Error(`wrk failed:\n${stdout}${stderr}`);
      const report = Value.Parse(Report, JSON.parse(line));
      return {
        requests: report.requests,
        duration_s: report.duration_us / 1e6,
        p50_ms: report.p50_us / 1000,
        p99_ms: report.p99_us / 1000,
        refused: report.refused,
        unanswered: report.unanswered,
      };
    },
  };
}
