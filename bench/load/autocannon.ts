import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { dieWithParent } from "../../src/testing/native-process.ts";
import { nodeForPeers } from "../sides/peers.ts";
import type { Generator } from "./load.ts";

const Report = Type.Object({
  requests: Type.Number(),
  duration_s: Type.Number(),
  p50_ms: Type.Number(),
  p99_ms: Type.Number(),
  refused: Type.Number(),
  unanswered: Type.Number(),
});

let files = 0;

/** autocannon of bench/peers, in a Node process of its own. `folder` is for its input. */
export function createAutocannon(folder: string): Generator {
  return {
    name: "autocannon",
    async run(options) {
      const input = join(folder, `autocannon-${files++}.json`);
      await Bun.write(input, JSON.stringify(options));
      const script = join(import.meta.dir, "../peers/autocannon.mjs");
      const child = Bun.spawn([...dieWithParent(), nodeForPeers(), script, input], { stdout: "pipe", stderr: "pipe" });
      const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
      if ((await child.exited) !== 0) throw new Error(`autocannon failed:\n${stdout}${stderr}`);
      return Value.Parse(Report, JSON.parse(stdout));
    },
  };
}
