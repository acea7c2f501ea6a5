import type { Config } from "../config/config.ts";
import { variables } from "../config/env.ts";
import { textOf } from "../config/reader.ts";
import { isAll } from "../config/roles.ts";
import { baseUrl } from "../config/rules.ts";
import { controlSocketPath } from "../control/protocol.ts";
import { pause } from "../platform/deadline.ts";
import { defineCommand, exitCodes, integerOption, UsageError } from "./command.ts";
import { loadFor } from "./configuration.ts";
import { type Probe, probeControl, probeUrl } from "./health-probe.ts";
import type { Terminal } from "./terminal.ts";

const ask_again_after_ms = 500;

/** `blog health`. */
export const health = defineCommand({
  about: `Shows the state of each dependency; exit 0 only if the process is ready.
Without --url it asks the role that the environment names on its usual port (the API's with role all),
or the process that holds BLOG_DATA_DIR.`,
  options: {
    url: { type: "string", value: "URL", about: "ask the process there, like http://127.0.0.1:5000" },
    wait: { type: "string", value: "SECONDS", about: "ask again until it is ready, at most this long [0]" },
    json: { type: "boolean", about: "print JSON" },
  },
  async run({ url, wait, json = false }, terminal) {
    const wait_s = integerOption("wait", wait, { min: 0, max: 86_400, default: 0 });
    const look = chooseProbe(url, terminal);
    const probe = await probeUntilReady(look, wait_s * 1000);
    terminal.out(json ? `${JSON.stringify(probe, null, 2)}\n` : describe(probe));
    return probe.ready ? exitCodes.done : exitCodes.failed;
  },
});

function chooseProbe(url: string | undefined, terminal: Terminal): () => Promise<Probe> {
  if (url !== undefined) {
    const base = baseUrl.parse(url);
    if (base === undefined) throw new UsageError(`--url is ${JSON.stringify(url)}; allowed: ${baseUrl.allowed}`);
    return () => probeUrl(base);
  }
  const config = loadFor(terminal, { command: "health" });
  const base = ownUrl(config);
  const mayBeEmbedded = isAll(config.roles) && textOf(terminal.env, variables.primary.host) === undefined;
  if (!mayBeEmbedded) return () => probeUrl(base);
  const path = controlSocketPath(config.data_dir);
  return async () => (await probeControl(path)) ?? probeUrl(base);
}

async function probeUntilReady(look: () => Promise<Probe>, wait_ms: number): Promise<Probe> {
  const until_ms = performance.now() + wait_ms;
  for (;;) {
    const probe = await look();
    const left_ms = until_ms - performance.now();
    if (probe.ready || left_ms <= 0) return probe;
    await pause(Math.min(ask_again_after_ms, left_ms));
  }
}

/** Where a process with this configuration is reached from the same machine. */
function ownUrl({ roles, listen }: Config): string {
  const [role = "api"] = roles;
  const { host, port } = listen[role];
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}

function describe({ asked, ready, answer, problem }: Probe): string {
  const head = `${ready ? "ready" : "not ready"}  ${asked}${problem === undefined ? "" : `: ${problem}`}\n`;
  if (answer === undefined) return head;
  const lifecycle =
    answer.lifecycle === undefined || answer.lifecycle === "running" ? "" : `  the process is ${answer.lifecycle}\n`;
  const checks = Object.entries(answer.checks);
  const width = Math.max(0, ...checks.map(([name]) => name.length));
  const rows = checks.map(([name, { state, latency_ms, detail }]) => {
    const latency = latency_ms === undefined ? "" : `${latency_ms} ms`;
    return `  ${name.padEnd(width)}  ${state.padEnd(7)}  ${latency.padStart(9)}  ${detail ?? ""}`.trimEnd();
  });
  return `${head}${lifecycle}${rows.map((row) => `${row}\n`).join("")}`;
}
