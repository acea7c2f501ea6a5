import { describe, expect, test } from "bun:test";
import { allVariables } from "../config/env.ts";
import type { Environment } from "../config/reader.ts";
import { commandLine } from "./command-line.ts";
import { commands } from "./commands.ts";

async function run(argv: readonly string[], env: Environment = {}) {
  let out = "";
  let err = "";
  const code = await commandLine(argv, {
    env,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    err_is_terminal: false,
    columns: 80,
  });
  return { code, out, err };
}

describe("wrong usage", () => {
  test.each([
    [["migrat"], 'unknown command "migrat"; did you mean migrate?'],
    [["verfy"], 'unknown command "verfy"; did you mean verify?'],
    [["--rolle=api"], "unknown option --rolle; did you mean --role?"],
    [["--role"], "--role"],
    [["--role=apii"], "did you mean api?"],
    [["--role=api", "--role=sync"], "--role is given twice"],
    [["--role", "api", "migrate"], 'unexpected argument "migrate"'],
    [["seed", "--cuont=3"], "did you mean --count?"],
    [["seed", "--count=1e3"], "a whole number from 1 to 10000000"],
    [["seed", "--count=0"], "a whole number"],
    [["seed", "more"], 'unexpected argument "more"'],
    [["migrate", "--target=db1"], "one of primary, replica, all"],
    [["health", "--url=localhost"], "a URL like"],
    [["health", "--wait=-1"], "--wait"],
    [["check-config", "--json=yes"], "does not take an argument"],
  ])("%j is told apart with exit 2", async (argv, message) => {
    const { code, out, err } = await run(argv);
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toContain(message);
    expect(err).toContain("--help");
  });
});

describe("help", () => {
  test("names every command and every variable", async () => {
    const { code, out, err } = await run(["--help"]);
    expect(code).toBe(0);
    expect(err).toBe("");
    for (const { name } of [...commands, ...allVariables]) expect(out).toContain(name);
  });

  test.each(commands.map(({ name }) => name))("of %s names its options, also as `help %s`", async (name) => {
    const { code, out } = await run([name, "--help"]);
    expect(code).toBe(0);
    expect(out).toStartWith(`Usage: blog ${name}`);
    expect(out).toContain("--json");
    expect((await run(["help", name])).out).toBe(out);
  });
});

test("--version is one line with version and runtime", async () => {
  const { code, out } = await run(["--version"]);
  expect(code).toBe(0);
  expect(out).toMatch(/^blog \d+\.\d+\.\d+ \(commit \S+, bun \d+\.\d+\.\d+\)\n$/);
});

describe("check-config", () => {
  test("says what will run", async () => {
    const { code, out, err } = await run(["check-config"]);
    expect(code).toBe(0);
    expect(out).toContain("embedded in");
    expect(err).toBe("");
  });

  test("lists every problem, with misspelt variables, and exits 78", async () => {
    const { code, err } = await run(["check-config", "--role=api"], { API_PORT: "x", DB1_HSOT: "db" });
    expect(code).toBe(78);
    for (const text of [
      "3 configuration problems",
      "API_PORT",
      "DB1_HOST",
      "KAFKA_BOOTSTRAP_SERVERS",
      "did you mean DB1_HOST?",
    ]) {
      expect(err).toContain(text);
    }
  });

  test("--json tells the same to a machine", async () => {
    const { code, out } = await run(["check-config", "--json"], { API_PORT: "x", BLOG_ENVV: "y" });
    expect(code).toBe(78);
    expect(JSON.parse(out)).toEqual({
      ok: false,
      problems: [{ variable: "API_PORT", found: '"x"', allowed: "a whole number from 0 to 65535" }],
      warnings: ["BLOG_ENVV is set, but there is no such variable; did you mean BLOG_ENV?"],
    });
  });

  test("--print shows what is in effect and no secret", async () => {
    const env = {
      SECRET_KEY: "canary".repeat(8),
      DB1_PASSWORD: "canary",
      DB1_HOST: "db1",
      REST_API_URL: "http://u:canary@x",
      API_PORT: "0",
    };
    const { out, err } = await run(["check-config", "--print", "--role=gateway"], env);
    expect(out).toMatch(/BLOG_ROLE +gateway +\(--role\)/);
    expect(out).toMatch(/API_PORT +0 +\(environment\)/);
    expect(out).toMatch(/SYNC_PORT +5001 +\(default\)/);
    expect(out).toMatch(/SECRET_KEY +\*\*\* +\(environment\)/);
    expect(`${out}${err}`).not.toContain("canary");
  });
});

test("a command with a wrong configuration does nothing but tell, with exit 78", async () => {
  const { code, out, err } = await run(["seed"], { DB1_HOST: "db1" });
  expect(code).toBe(78);
  expect(out).toBe("");
  expect(err).toContain("DB1_PASSWORD: found nothing");
});
