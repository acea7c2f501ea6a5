import { join } from "node:path";
import { type ComposeFile, composeText } from "./compose-file.ts";

const root = join(import.meta.dir, "..");
type Environment = Readonly<Record<string, string>>;

export interface Outcome {
  readonly exit_code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in the project's folder to its end. Of this process's environment it has only what a client of Docker needs. */
export async function run(command: readonly string[], env: Environment = {}, timeout_ms = 60_000): Promise<Outcome> {
  const child = Bun.spawn([...command], {
    cwd: root,
    env: { ...clientEnv(), ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: timeout_ms,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { exit_code: await child.exited, stdout, stderr };
}

/** compose.yml as compose understands it under this environment and no .env; where compose is not to be had, as far as we do. */
export async function configured(env: Environment): Promise<ComposeFile> {
  if (!(await composeIsThere())) return interpolated(await composeText(), env);
  const command = ["docker", "compose", "--env-file", "/dev/null", "--profile", "*", "config", "--format", "json"];
  const { exit_code, stdout, stderr } = await run(command, env);
  if (exit_code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Once; says loudly when it is not. */
export function composeIsThere(): Promise<boolean> {
  there ??= succeeds(["docker", "compose", "version"], "Docker Compose is not here: compose.yml is checked without it");
  return there;
}
let there: Promise<boolean> | undefined;

/** Whether images can be built here, of what is here already: nothing is pulled for a test. Says loudly when not. */
export async function canBuild(images: readonly string[]): Promise<boolean> {
  return await succeeds(
    ["docker", "image", "inspect", ...images],
    `No Docker, or not ${images.join(" and ")}: no image was built`,
  );
}

async function succeeds(command: readonly string[], otherwise: string): Promise<boolean> {
  const done = Bun.which("docker") !== null && (await run(command)).exit_code === 0;
  if (!done) process.stderr.write(`!!! ${otherwise} !!!\n`);
  return done;
}

function interpolated(text: string, env: Environment): ComposeFile {
  const filled = text.replaceAll(/\$\{(\w+):-([^}]*)\}/g, (_, name: string, fallback: string) => env[name] || fallback);
  const file = Bun.YAML.parse(filled) as ComposeFile;
  for (const { environment = {} } of Object.values(file.services)) {
    for (const [name, value] of Object.entries(environment)) Object.assign(environment, { [name]: value ?? env[name] ?? null });
  }
  return file;
}

function clientEnv(): Record<string, string> {
  const names = ["PATH", "HOME", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY"];
  return Object.fromEntries(names.flatMap((name) => [[name, process.env[name]] as const]).filter(isSet));
}

function isSet(entry: readonly [string, string | undefined]): entry is readonly [string, string] {
  return entry[1] !== undefined;
}
