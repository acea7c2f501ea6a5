import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../free-port.ts";
import { createNativeProcess } from "../native-process.ts";
import { createPrometheusApi, type PrometheusApi } from "./api.ts";
import { findPrometheus, prometheusMissing } from "./binaries.ts";
import { type LocalTargets, localConfiguration } from "./configuration.ts";

/** For `describeWith`. */
export const prometheus = { missing: prometheusMissing };

export interface PrometheusServer extends PrometheusApi, AsyncDisposable {
  readonly url: string;
}

/** The real Prometheus with the deployed configuration, its targets and intervals apart. Resolves when it answers. */
export async function startPrometheus(local: LocalTargets): Promise<PrometheusServer> {
  const { prometheus: program } = await findPrometheus();
  const folder = mkdtempSync(join(tmpdir(), "blog-prometheus-"));
  const file = join(folder, "prometheus.yml");
  writeFileSync(file, localConfiguration(local));
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = createNativeProcess({
    name: "Prometheus",
    port,
    command: [program, `--config.file=${file}`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=127.0.0.1:${port}`],
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "" },
    log_file: join(folder, "log"),
    stop_signal: "SIGTERM",
    answers: async () => (await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(1000) })).ok,
  });
  async function dispose() {
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
  try {
    await server.start();
  } catch (error) {
    await dispose();
    throw error;
  }
  return { url, ...createPrometheusApi(url), [Symbol.asyncDispose]: dispose };
}
