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
Without --url it asks the roles that the environment names on their usual ports, or the process that holds BLOG_DATA_DIR.`,
  options: {
    url: { type: "string", value: "URL", about: "ask the process there, like http://127.0.0.1:5000" },
    wait: { type: "string", value: "SECONDS", about: "ask again until it is ready, at most this long [0]" },
    json: { type: "boolean", about: "print JSON" },
  },
  async run({ url, wait, json = false }, terminal) {
    const wait_s = integerOption("wait", wait, { min: 0, max: 86_400, default: 0 });
    const look = chooseProbe(url, terminal);
    const probes = await probeUntilReady(look, wait_s * 1000);
    // One role is an object, as it always was to scripts; several are a list.
    const [only, ...others] = probes;
    terminal.out(json ? `${JSON.stringify(others.length === 0 ? only : probes, null, 2)}\n` : probes.map(describe).join(""));
    return allReady(probes) ? exitCodes.done : exitCodes.failed;
  },
});

/** One look at every role of a process. */
type Look = () => Promise<readonly Probe[]>;

function chooseProbe(url: string | undefined, terminal: Terminal): Look {
  if (url !== undefined) {
    const base = baseUrl.parse(url);
    if (base === undefined) throw new UsageError(`--url is ${JSON.stringify(url)}; allowed: ${baseUrl.allowed}`);
    return async () => [await probeUrl(base)];
  }
  const config = loadFor(terminal, { command: "health" });
  const probeRoles: Look = () => Promise.all(ownUrls(config).map((own) => probeUrl(own, { own: true })));
  const mayBeEmbedded = isAll(config.roles) && textOf(terminal.env, variables.primary.host) === undefined;
  if (!mayBeEmbedded) return probeRoles;
  const path = controlSocketPath(config.data_dir);
  return async () => (await probeControl(path)) ?? probeRoles();
}

function allReady(probes: readonly Probe[]): boolean {
  return probes.every(({ ready }) => ready);
}

async function probeUntilReady(look: Look, wait_ms: number): Promise<readonly Probe[]> {
  const until_ms = performance.now() + wait_ms;
  for (;;) {
    const probes = await look();
    const left_ms = until_ms - performance.now();
    if (allReady(probes) || left_ms <= 0) return probes;
    await pause(Math.min(ask_again_after_ms, left_ms));
  }
}

/** Where the roles of a process with this configuration are reached from the same machine. */
function ownUrls({ roles, listen }: Config): readonly string[] {
  return roles.map((role) => {
    const { host, port, tls } = listen[role];
    const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
    return `${tls === undefined ? "http" : "https"}://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
  });
}

function describe({ asked, ready, answer, problem }: Probe): string {
  const role = answer?.role === undefined ? "" : `${answer.role}  `;
  const head = `${ready ? "ready" : "not ready"}  ${role}${asked}${problem === undefined ? "" : `: ${problem}`}\n`;
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
