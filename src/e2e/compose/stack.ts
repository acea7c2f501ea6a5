import { outputOf } from "../../../compose/run-command.ts";
import { freePort } from "../../testing/free-port.ts";
import { waitFor } from "../../testing/wait-for.ts";

const project = "blog-smoke-test";
const command_timeout_ms = 300_000;

export interface Container {
  readonly id: string;
  readonly name: string;
  readonly pid: number;
  readonly started_at: string;
  readonly health: string;
}

/** compose.yml as a project of its own: ports, volumes, networks and image are not those of a stack that runs here already. */
export interface Stack extends AsyncDisposable {
  readonly urls: Readonly<Record<"api" | "gateway" | "sync" | "prometheus", string>>;
  readonly services: readonly string[];
  /** `docker compose …`; gives back stdout, rejects with stderr. */
  compose(...args: readonly string[]): Promise<string>;
  /** `scripts/…`, working on this project; as `compose`. */
  script(name: string, ...args: readonly string[]): Promise<string>;
  /** `up --detach --wait` of all services; resolves when they are healthy. */
  up(...args: readonly string[]): Promise<void>;
  containers(service: string): Promise<readonly Container[]>;
  /** Resolves when each service's containers are healthy again, and were started after they were as given. */
  restarted(service: string, before: readonly Container[]): Promise<void>;
}

/** Starts nothing yet; what an earlier run has left behind is removed. */
export async function prepareStack(env: Readonly<Record<string, string>>, left_out: readonly string[]): Promise<Stack> {
  const ports = { API_PORT: freePort(), GATEWAY_PORT: freePort(), SYNC_PORT: freePort(), PROMETHEUS_PORT: freePort() };
  const set = {
    ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])),
    ...{ GRAFANA_PORT: String(freePort()), IMAGE_TAG: "smoke-test", ...env },
    COMPOSE_PROJECT_NAME: project,
    COMPOSE_ENV_FILES: "/dev/null",
    // So that an override can be tried too.
    COMPOSE_FILE: process.env["COMPOSE_FILE"] ?? "compose.yml",
  };
  const compose = (...args: readonly string[]) => outputOf(["docker", "compose", ...args], set, command_timeout_ms);
  const remove = () => compose("--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "20");

  await remove();
  const services = (await compose("config", "--services")).split("\n").filter((name) => !left_out.includes(name));

  async function containers(service: string): Promise<readonly Container[]> {
    const ids = (await compose("ps", "--all", "--quiet", service)).split("\n").filter(Boolean);
    if (ids.length === 0) throw new Error(`${service} has no container`);
    const format = "{{.Id}} {{.Name}} {{.State.Pid}} {{.State.StartedAt}} {{if .State.Health}}{{.State.Health.Status}}{{end}}";
    const lines = await outputOf(["docker", "inspect", "--format", format, ...ids]);
    return lines.split("\n").map((line) => {
      const [id = "", name = "", pid, started_at = "", health = ""] = line.split(" ");
      return { id, name, pid: Number(pid), started_at, health };
    });
  }

  return {
    urls: {
      api: `http://127.0.0.1:${ports.API_PORT}`,
      gateway: `http://127.0.0.1:${ports.GATEWAY_PORT}`,
      sync: `http://127.0.0.1:${ports.SYNC_PORT}`,
      prometheus: `http://127.0.0.1:${ports.PROMETHEUS_PORT}`,
    },
    services,
    compose,
    script: (name, ...args) => outputOf([`scripts/${name}`, ...args], set, command_timeout_ms),
    async up(...args) {
      await compose("up", "--detach", "--wait", ...args, ...services);
    },
    containers,
    async restarted(service, before) {
      const earlier = new Map(before.map(({ id, started_at }) => [id, started_at]));
      const isBack = ({ id, started_at, health }: Container) => started_at !== earlier.get(id) && health === "healthy";
      await waitFor(`${service} to be healthy again`, async () => (await containers(service)).every(isBack), {
        timeout_ms: 120_000,
        interval_ms: 250,
      });
    },
    async [Symbol.asyncDispose]() {
      await remove();
    },
  };
}
