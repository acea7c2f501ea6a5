import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cache, kept } from "./kept-folder.ts";
import { runProgram } from "./run-program.ts";

const folder = join(cache, "debian");
const timeout_ms = 120_000;

export function packageMissing(): string | undefined {
  return existsSync(folder) || (Bun.which("apt-get") && Bun.which("dpkg-deb")) ? undefined : "no apt-get and dpkg-deb";
}

/** The folder with Prometheus's programs out of the distribution's package, which is unpacked and not installed. Throws when it cannot be had. */
export function fetchFromPackage(): Promise<string> {
  return kept(folder, async (made) => {
    await download(join(made, "apt"));
    const [file] = new Bun.Glob("apt/prometheus_*.deb").scanSync({ cwd: made });
    if (file === undefined) throw new Error("apt-get downloaded no package");
    await runProgram(["dpkg-deb", "--extract", file, "unpacked"], timeout_ms, made);
    for (const program of ["prometheus", "promtool"]) renameSync(join(made, "unpacked/usr/bin", program), join(made, program));
    for (const rest of ["apt", "unpacked"]) rmSync(join(made, rest), { recursive: true });
  });
}

/** With lists of our own: the system's may be missing or old, and only root may fetch those. */
async function download(work: string): Promise<void> {
  const [lists, archives] = [join(work, "lists"), join(work, "archives")];
  for (const path of [lists, archives]) mkdirSync(join(path, "partial"), { recursive: true });
  const settings = [
    `Dir::State::Lists=${lists}`,
    `Dir::Cache=${work}`,
    `Dir::Cache::Archives=${archives}`,
    "APT::Sandbox::User=",
  ];
  const apt = ["apt-get", "-qq", ...settings.flatMap((setting) => ["-o", setting])];
  await runProgram([...apt, "update"], timeout_ms);
  await runProgram([...apt, "download", "prometheus"], timeout_ms, work);
}
