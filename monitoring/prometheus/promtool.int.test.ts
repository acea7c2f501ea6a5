import { beforeAll, expect, test } from "bun:test";
import { relative } from "node:path";
import { findPrometheus } from "../../src/testing/prometheus/binaries.ts";
import { configurationFile } from "../../src/testing/prometheus/configuration.ts";
import { readRules, readRuleTests } from "../../src/testing/prometheus/rules.ts";
import { repository } from "../../src/testing/prometheus/runbooks.ts";
import { prometheus } from "../../src/testing/prometheus/server.ts";
import { describeWith } from "../../src/testing/services.ts";

describeWith([prometheus], "promtool", () => {
  let promtool: string;
  beforeAll(async () => {
    ({ promtool } = await findPrometheus());
  });

  async function run(...args: readonly string[]) {
    const child = Bun.spawn([promtool, ...args], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
    const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
    return { exit_code: await child.exited, said: stdout + stderr };
  }

  test("the configuration is valid, and the rules that it names", async () => {
    const { exit_code, said } = await run("check", "config", configurationFile);
    expect(said).toContain("is valid prometheus config file syntax");
    expect(exit_code, said).toBe(0);
  });

  test("the rules are valid, and none stands there twice", async () => {
    const { exit_code, said } = await run("check", "rules", "--lint=all", "--lint-fatal", ...readRules().files);
    expect(exit_code, said).toBe(0);
  });

  const { files } = readRuleTests();
  test.concurrent.each(files.map((file) => [relative(repository, file), file]))("%s", async (_, file) => {
    const { exit_code, said } = await run("test", "rules", file);
    expect(exit_code, said).toBe(0);
  });
});
