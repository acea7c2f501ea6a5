import { afterAll, expect, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = join(import.meta.dir, "../..");
const folder = mkdtempSync(join(tmpdir(), "import-rules-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The files that this repository's import rules complain of, each holding one import. */
function refused(imports: Readonly<Record<string, string>>): string[] {
  rmSync(join(folder, "src"), { recursive: true, force: true });
  cpSync(join(root, "biome.json"), join(folder, "biome.json"));
  for (const [file, statement] of Object.entries(imports)) {
    mkdirSync(join(folder, "src", dirname(file)), { recursive: true });
    writeFileSync(join(folder, "src", file), statement);
  }
  const options = ["--vcs-enabled=false", "--only=style/noRestrictedImports", "--reporter=github", "--max-diagnostics=none"];
  const biome = [process.execPath, "run", "--bun", join(root, "node_modules/.bin/biome"), "lint", ...options, "src"];
  const { stdout, stderr, exitCode } = Bun.spawnSync(biome, { cwd: folder });
  const complaints = [...stdout.toString().matchAll(/title=lint\/style\/noRestrictedImports,file=\S+?\/src\/([^,]+),/g)];
  if (exitCode !== 0 && complaints.length === 0) throw new Error(`${stdout}${stderr}`);
  return complaints.map(([, file = ""]) => file).sort();
}

test("what the rooms may import is let through", () => {
  const allowed = {
    "article/a.ts": `export * from "./b.ts";`,
    "platform/a.ts": `export * from "../config/config.ts";`,
    "store/a.ts": `export * from "../article/article.ts";`,
    "store/b.ts": `import sql from "../../drizzle/primary/0000.sql" with { type: "text" };`,
    "relay/a.ts": `export * from "../store/outbox.ts";`,
    "rest/deep/a.ts": `export * from "../../store/article-store.ts";`,
    "rest/deep/b.ts": `export * from "../problem.ts";`,
    "gateway/a.ts": `import { Elysia } from "elysia";`,
    "gateway/a.unit.test.ts": `export * from "../testing/services.ts";`,
    "control/a.ts": `export * from "../replication/verify.ts";`,
    "roles/a.ts": `export * from "../gateway/handler.ts";`,
    "tracing/a.ts": `export * from "../store/database.ts";`,
    "cli/a.ts": `await import("../roles/run.ts");`,
    "main.ts": `export * from "./cli/command-line.ts";`,
  };
  expect(refused(allowed)).toEqual([]);
});

test("what they may not is refused, whatever the form of the import", () => {
  const forbidden = {
    "article/a.ts": `import type { Config } from "../config/config.ts";`,
    "config/a.ts": `export * from "../article/article.ts";`,
    "gateway/a.ts": `import type { ArticleStore } from "../store/article-store.ts";`,
    "gateway/b.ts": `export * from "../rest/problem.ts";`,
    "kafka/a.ts": `await import("../relay/relay.ts");`,
    "metrics/a.ts": `export * from "../relay/relay.ts";`,
    "relay/a.ts": `import { x } from "../kafka/publisher.ts";`,
    "replication/a.ts": `import "../relay/relay.ts";`,
    "rest/a.ts": `import { x } from "../testing/memory-store.ts";`,
    "rest/deep/a.ts": `import { x } from "../../gateway/handler.ts";`,
    "roles/a.ts": `import { x } from "../cli/command.ts";`,
    "store/a.ts": `import { x } from "../roles/api.ts";`,
    "store/b.ts": `import { x } from "../tracing/active-spans.ts";`,
    "tracing/a.ts": `import { x } from "../replication/replication.ts";`,
    "cli/a.ts": `import { x } from "../testing/services.ts";`,
  };
  expect(refused(forbidden)).toEqual(Object.keys(forbidden).sort());
});
