export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Sums a JUnit report of `bun test`. What the report does not know of (a file that could not be loaded, a hook that failed,
 * a crash before the report was written) shows in the exit code alone, and counts as one failure.
 */
export function junitCounts(report: string, exit_code: number): TestCounts {
  const [, attributes = ""] = /<testsuites\b([^>]*)>/.exec(report) ?? [];
  const count = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(attributes)?.[1] ?? 0);
  const reported = count("failures") + count("errors");
  const passed = Math.max(0, count("tests") - reported - count("skipped"));
  const unreported = reported === 0 && (exit_code !== 0 || passed === 0) ? 1 : 0;
  return { passed, failed: reported + unreported, skipped: count("skipped") };
}
