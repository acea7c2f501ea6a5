import { join } from "node:path";
import { forcedWay } from "../service-ways.ts";
import { fetchFromPackage, packageMissing } from "./debian-package.ts";
import { fetchFromImage, imageMissing } from "./docker-image.ts";

/** The first that knows all that the rules and their tests use; Debian 12 has this one. */
const oldest = { major: 2, minor: 42 } as const;

const advice =
  "Have Prometheus 2.42 or later on PATH (`prometheus` and `promtool`), or start Docker, or use a system with Debian's packages.";

export interface PrometheusBinaries {
  readonly prometheus: string;
  readonly promtool: string;
  /** As `3.5.0`. */
  readonly version: string;
}

interface Way {
  readonly name: string;
  /** Why it is not worth trying; undefined when it may work. Starts nothing. */
  missing(): string | undefined;
  /** Throws when they cannot be had. */
  find(): Promise<Omit<PrometheusBinaries, "version">>;
}

const onPath: Way = {
  name: "PATH",
  missing: () => (Bun.which("prometheus") && Bun.which("promtool") ? undefined : "not there"),
  find: async () => ({ prometheus: Bun.which("prometheus") ?? "", promtool: Bun.which("promtool") ?? "" }),
};
const docker: Way = { name: "docker", missing: imageMissing, find: async () => inFolder(await fetchFromImage()) };
const debian: Way = { name: "Debian's package", missing: packageMissing, find: async () => inFolder(await fetchFromPackage()) };

function inFolder(folder: string): Omit<PrometheusBinaries, "version"> {
  return { prometheus: join(folder, "prometheus"), promtool: join(folder, "promtool") };
}

function waysToTry(): readonly Way[] {
  switch (forcedWay()) {
    case "docker":
      return [docker];
    case "native":
      return [onPath, debian];
    case "env":
      return [onPath];
    default:
      return [onPath, docker, debian];
  }
}

/** Why Prometheus cannot be had here, or undefined when at least one way looks open. Starts nothing. */
export function prometheusMissing(): string | undefined {
  const reasons = waysToTry().map((way) => way.missing() && `${way.name}: ${way.missing()}`);
  return reasons.includes(undefined) ? undefined : `${reasons.join("; ")}. ${advice}`;
}

let found: Promise<PrometheusBinaries> | undefined;

/**
 * Prometheus and promtool: from PATH, else out of the Docker image, else out of Debian's package, the latter two kept in `.cache/`.
 * They run as plain processes, which takes neither root rights nor a container. Throws with every way's reason when none works.
 */
export function findPrometheus(): Promise<PrometheusBinaries> {
  found ??= firstThatWorks();
  return found;
}

async function firstThatWorks(): Promise<PrometheusBinaries> {
  const reasons: string[] = [];
  for (const way of waysToTry()) {
    try {
      const missing = way.missing();
      if (missing !== undefined) throw new Error(missing);
      const programs = await way.find();
      const version = versionOf(programs.promtool);
      process.stderr.write(`services: Prometheus ${version}, ${way.name}\n`);
      return { ...programs, version };
    } catch (error) {
      reasons.push(`${way.name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new Error(`Prometheus for tests could not be had. ${reasons.join("; ")}. ${advice}`);
}

function versionOf(promtool: string): string {
  const { stdout, stderr } = Bun.spawnSync([promtool, "--version"]);
  const [, version, major, minor] = /version ((\d+)\.(\d+)\.\d+)/.exec(`${stdout}${stderr}`) ?? [];
  const recent = Number(major) > oldest.major || (Number(major) === oldest.major && Number(minor) >= oldest.minor);
  if (version === undefined || !recent) throw new Error(`version ${version ?? "?"} is too old`);
  return version;
}
