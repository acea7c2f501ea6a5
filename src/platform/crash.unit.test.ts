import { expect, test } from "bun:test";
import { join } from "node:path";

test.each(["exception", "rejection"])(
  "an uncaught %s becomes one fatal line, without the row that the error carries",
  async (how) => {
    const child = Bun.spawn([process.execPath, join(import.meta.dir, "crash.fixture.ts"), how], {
      stdout: "pipe",
      stderr: "pipe",
    });
    const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
    expect(await child.exited).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ level: "fatal", err: { message: "it broke", code: "23514" } });
    expect(stdout + stderr).not.toContain("canary");
  },
);
