/**
 * `bun run check`: everything that has to hold before a change goes in. Its last line is `N passed, N failed, N skipped`.
 * Exits 1 when a step or a test failed, or nothing was tested; with CI=true also when a test was skipped.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { junitCounts, type TestCounts } from "./junit-counts.ts";
import { install, packageScript, root, runStep } from "./steps.ts";

const executable_tests = ["src/e2e", "src/embedded"];
const fault_tests = "src/e2e/faults";
const quick_ms = 60_000;
const tests_ms = 25 * 60_000;
/** Bun's five seconds are enough on a machine with nothing else to do. */
const test_ms = 30_000;

const failed_steps: string[] = [];

async function step(name: string, command: readonly string[], timeout_ms: number, live = false): Promise<void> {
  const { ok } = await runStep({ name, command, timeout_ms, live });
  if (!ok) failed_steps.push(name);
}

async function testRun(name: string, options: readonly string[], live: boolean): Promise<TestCounts> {
  const report_file = join(root, "dist", `junit ${name}.xml`.replaceAll(" ", "-"));
  rmSync(report_file, { force: true });
  const reporting = ["--reporter=junit", `--reporter-outfile=${report_file}`];
  const command = [process.execPath, "test", `--timeout=${test_ms}`, ...reporting, ...options];
  const { ok } = await runStep({ name, command, timeout_ms: tests_ms, live });
  const report = await Bun.file(report_file)
    .text()
    .catch(() => "");
  return junitCounts(report, ok ? 0 : 1);
}

function ignoring(folder: string): string {
  return `--path-ignore-patterns=${folder}/**`;
}

const installed = await install();
if (!installed.ok) {
  process.stdout.write("0 passed, 1 failed, 0 skipped\n");
  process.exit(1);
}
await step("check the format", packageScript("format:check"), quick_ms);
await step("lint", packageScript("lint"), quick_ms);
await step("check the types", packageScript("typecheck"), quick_ms);
await step("build", packageScript("build"), 150_000);

mkdirSync(join(root, "dist"), { recursive: true });
// Both lanes mostly wait for something to happen, so that beside each other they take the time of one.
const lanes = await Promise.all([
  testRun("test the parts", executable_tests.map(ignoring), true).then((counts) => [counts]),
  testRun("test the faults", [fault_tests], false).then(async (counts) => [
    counts,
    await testRun("test the executable and what is in it", [...executable_tests, ignoring(fault_tests)], false),
  ]),
]);
const runs = lanes.flat();
const total = (count: (counts: TestCounts) => number) => runs.reduce((sum, counts) => sum + count(counts), 0);
const [passed, failed, skipped] = [
  total((counts) => counts.passed),
  total((counts) => counts.failed),
  total((counts) => counts.skipped),
];
const skipping_fails = process.env["CI"] === "true" && skipped > 0;
if (failed_steps.length > 0) process.stderr.write(`Failed: ${failed_steps.join(", ")}\n`);
if (skipping_fails) process.stderr.write(`CI=true, and ${skipped} tests were skipped: that is a failure.\n`);
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exit(failed_steps.length > 0 || failed > 0 || skipping_fails ? 1 : 0);
