import { type ComposeFile, composeText } from "./compose-file.ts";
import { outputOf, runCommand } from "./run-command.ts";

type Environment = Readonly<Record<string, string>>;

/** compose.yml as compose understands it under this environment and no .env; where compose is not to be had, as far as we do. */
export async function configured(env: Environment): Promise<ComposeFile> {
  if (!(await composeIsThere())) return interpolated(await composeText(), env);
  const command = ["docker", "compose", "--env-file", "/dev/null", "--profile", "*", "config", "--format", "json"];
  return JSON.parse(await outputOf(command, env));
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
  const done = Bun.which("docker") !== null && (await runCommand(command)).exit_code === 0;
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
