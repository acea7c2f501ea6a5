import { expect, setDefaultTimeout, test } from "bun:test";
import { composeVariables } from "../src/config/compose-variables.ts";
import { allVariables } from "../src/config/env.ts";
import { canBuild, configured } from "./docker-compose.ts";
import { runCommand } from "./run-command.ts";

const tag = `blog:test-${process.pid}`;
const build_timeout_ms = 300_000;
// Docker's client takes its time when the machine is busy.
setDefaultTimeout(60_000);

const secrets = {
  DB1_PASSWORD: "a password of DB1",
  DB2_PASSWORD: "a password of DB2",
  GRAFANA_PASSWORD: "a password of Grafana",
  SECRET_KEY: "k".repeat(32),
};

test("without .env the stack is one for development, with what is unset left out", async () => {
  const { services } = await configured({});
  expect(services["api"]?.environment).toMatchObject({ BLOG_ENV: "development", BLOG_ROLE: "api", DB1_HOST: "postgres-db1" });
  expect(services["api"]?.environment?.["LOG_LEVEL"] ?? null).toBeNull();
  expect(services["postgres-db1"]?.environment?.["BLOG_PASSWORD"]).toBe(services["api"]?.environment?.["DB1_PASSWORD"] ?? "");
});

test("a value for every variable of .env.example is taken", async () => {
  const texts: Readonly<Record<string, string>> = { API_PORT: "6000", GATEWAY_PORT: "6001", SYNC_PORT: "6002" };
  const ports = { PROMETHEUS_PORT: "6003", GRAFANA_PORT: "6004" };
  const named = [...allVariables, ...composeVariables].map(({ name }) => [name, texts[name] ?? "x"] as const);
  const { services } = await configured({ ...Object.fromEntries(named), ...ports });
  expect(services["gateway"]?.environment).toMatchObject({ GATEWAY_DEPTH_MAX: "x", REST_API_URL: "http://api:5000" });
  expect(JSON.stringify(services["balancer"]?.ports)).toMatch(/6000.*6001.*6002/);
});

test("production hands its secrets to those who need them, as they are", async () => {
  const { services } = await configured({ BLOG_ENV: "production", ...secrets });
  expect(services["check-secrets"]?.environment).toMatchObject({ BLOG_ENV: "production", ...secrets });
  expect(services["api"]?.environment).toMatchObject({ BLOG_ENV: "production", DB1_PASSWORD: secrets.DB1_PASSWORD });
  expect(services["sync"]?.environment).toMatchObject({ DB2_PASSWORD: secrets.DB2_PASSWORD, SECRET_KEY: secrets.SECRET_KEY });
  expect(services["grafana"]?.environment).toMatchObject({ GF_SECURITY_ADMIN_PASSWORD: secrets.GRAFANA_PASSWORD });
});

test("production without secrets ends before anything starts, and names every one", async () => {
  const { exit_code, stderr } = await runCommand([process.execPath, "compose/check-secrets.ts"], { BLOG_ENV: "production" });
  expect(exit_code).toBe(78);
  for (const name of Object.keys(secrets)) expect(stderr).toContain(`${name} is not set`);
});

test("the scripts tell what they do, and refuse what they do not know", async () => {
  for (const name of ["setup", "health-check", "seed-data", "upgrade"]) {
    const { exit_code, stdout } = await runCommand([`scripts/${name}`, "--help"]);
    expect(exit_code).toBe(0);
    expect(stdout).toStartWith(`usage: scripts/${name}`);
  }
  expect((await runCommand(["scripts/setup", "--nonsense"])).exit_code).toBe(2);
});

test(
  "the image builds, and runs with a read-only file system and no rights",
  async () => {
    if (!(await canBuild(["oven/bun:1.4.5", "debian:bookworm-slim"]))) return;
    const args = ["--build-arg", "BUILD_COMMIT=0123456789ab", "--tag", tag];
    const built = await runCommand(["docker", "build", ...args, "."], { DOCKER_BUILDKIT: "1" }, build_timeout_ms);
    try {
      expect(built.exit_code, built.stderr).toBe(0);
      const hardened = ["--rm", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--network=none"];
      const { stdout, stderr } = await runCommand(["docker", "run", ...hardened, tag, "--version"]);
      expect(stdout, stderr).toContain("commit 0123456789ab");
    } finally {
      await runCommand(["docker", "rmi", "--force", tag]);
    }
  },
  build_timeout_ms,
);
