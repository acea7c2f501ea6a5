import { describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PostgresConfig } from "../config/config.ts";
import { createLog } from "../platform/log.ts";
import { openPostgres } from "../store/postgres.ts";
import { describeWith, postgres } from "../testing/services.ts";

const main = join(import.meta.dir, "../main.ts");
const run_timeout_ms = 60_000;

function start(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return Bun.spawn([process.execPath, main, ...argv], {
    // Nothing of the environment in which the tests run may decide.
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: run_timeout_ms,
  });
}

async function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = start(argv, env);
  const [code, out, err] = await Promise.all([
    child.exited,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code, out, err };
}

describe("as a process", () => {
  test("usage and configuration have exit codes of their own, and stdout stays empty", async () => {
    expect(await run(["sead"])).toMatchObject({ code: 2, out: "", err: expect.stringContaining("did you mean seed?") });
    expect(await run(["--role=api"])).toMatchObject({
      code: 78,
      out: "",
      err: expect.stringContaining("DB1_HOST: found nothing"),
    });
  });

  test("a reader that goes away early ends it quietly", async () => {
    const shell = Bun.spawn(["bash", "-o", "pipefail", "-c", `"$0" "$1" --help | head -n 1`, process.execPath, main], {
      stdout: "pipe",
      stderr: "pipe",
    });
    expect(await shell.exited).toBe(0);
    expect(await new Response(shell.stdout).text()).toContain("blog");
    expect(await new Response(shell.stderr).text()).toBe("");
  });

  test("a listing that is longer than what a pipe holds arrives whole, however slow its reader", async () => {
    const program = `import { exit, processTerminal } from ${JSON.stringify(join(import.meta.dir, "terminal.ts"))};
processTerminal().out("x".repeat(1_000_000)); await exit(3);`;
    const shell = Bun.spawn(["bash", "-c", `("$0" -e "$1"; echo " $?" >&2) | (sleep 0.3; wc -c)`, process.execPath, program], {
      stdout: "pipe",
      stderr: "pipe",
    });
    expect((await new Response(shell.stdout).text()).trim()).toBe("1000000");
    expect((await new Response(shell.stderr).text()).trim()).toBe("3");
  });

  test("a taken port is told in one line that names the variable", async () => {
    await using holder = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
    const env = { GATEWAY_PORT: String(holder.port), REST_API_URL: "http://127.0.0.1:9", LOG_LEVEL: "silent" };
    const { code, err } = await run(["--role=gateway"], env);
    expect(code).toBe(1);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(err).toContain(`Port ${holder.port}`);
    expect(err).toContain("GATEWAY_PORT");
  });
});

describe("where nothing runs and there are no databases", () => {
  test.each(["verify", "verify --repair", "resync", "dlq list", "dlq replay --all", "migrate --status"])(
    "%s says so, and makes none",
    async (command) => {
      const folder = mkdtempSync(join(tmpdir(), "blog-none-"));
      const { code, out, err } = await run(command.split(" "), { BLOG_DATA_DIR: join(folder, "data") });
      expect([code, out]).toEqual([1, ""]);
      expect(err).toContain(`There are no databases in ${join(folder, "data")}`);
      expect(readdirSync(folder)).toEqual([]);
      rmSync(folder, { recursive: true });
    },
  );
});

describeWith([postgres], "on real PostgreSQL", () => {
  test(
    "migrate, then seed: the articles and their events are in the primary",
    async () => {
      const { config, drop } = await postgres.createDatabase();
      try {
        const env = environmentOf(config);
        const before = await run(["migrate", "--status", "--target=primary"], env);
        expect(before.out).toContain("pending");
        expect((await run(["migrate", "--target=primary"], env)).out).toContain("applied 0000");
        expect((await run(["migrate", "--status", "--target=primary"], env)).out).not.toContain("pending");

        const seeded = await run(["seed", "--count=500", "--seed=test", "--json"], { ...env, BLOG_ROLE: "api" });
        expect(JSON.parse(seeded.out)).toMatchObject({ count: 500, seed: "test" });
        expect(await countOf(config, "articles")).toBe(500);
        expect(await countOf(config, "outbox")).toBe(500);
      } finally {
        await drop();
      }
    },
    run_timeout_ms,
  );

  test("a database that is not there is told in one line that names the variable", async () => {
    const { config, drop } = await postgres.createDatabase();
    const { code, err } = await run(["migrate", "--target=primary"], { ...environmentOf(config), DB1_NAME: "absent" });
    await drop();
    expect(code).toBe(1);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(err).toContain("DB…_NAME");
  });
});

describe("beside a running embedded process", () => {
  test(
    "commands reach it through the data folder, and a second one is refused",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "blog-beside-"));
      const env = { BLOG_DATA_DIR: folder, API_PORT: "0", GATEWAY_PORT: "0", SYNC_PORT: "0" };
      const server = start([], { ...env, LOG_LEVEL: "silent" });
      try {
        const health = await run(["health", "--wait=50"], env);
        expect(health).toMatchObject({ code: 0, out: expect.stringContaining("control.sock") });
        expect((await run(["seed", "--count=50", "--json"], env)).out).toContain('"count":50');
        expect((await run(["migrate", "--status"], env)).out).not.toContain("pending");
        expect(await run([], env)).toMatchObject({ code: 1, err: expect.stringContaining(folder) });
      } finally {
        server.kill("SIGTERM");
        expect(await server.exited).toBe(0);
        rmSync(folder, { recursive: true, force: true });
      }
    },
    run_timeout_ms * 2,
  );
});

function environmentOf({ host, port, name, user, password }: PostgresConfig): Record<string, string> {
  return { DB1_HOST: host, DB1_PORT: String(port), DB1_NAME: name, DB1_USER: user, DB1_PASSWORD: password };
}

async function countOf(config: PostgresConfig, table: "articles" | "outbox"): Promise<number> {
  const log = createLog({ level: "silent", format: "json" });
  await using database = openPostgres(config, { name: "primary", application_name: "blog-test", log });
  const { rows } = await database.query<{ n: number }>({ text: `SELECT count(*) AS n FROM ${table}` });
  return rows[0]?.n ?? 0;
}
