/**
 * `bun run start`: from a fresh clone to a running service with something in it. Installs, builds when stale, starts
 * dist/blog with the environment as it is, and fills a new data folder with sample articles.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt } from "./build.ts";
import { launcherGone } from "./launcher.ts";
import { install, root } from "./steps.ts";

const sample_articles = 200;

if (!(await install()).ok) process.exit(1);
const blog = await ensureBuilt();

const is_new = !process.env["DB1_HOST"] && !existsSync(process.env["BLOG_DATA_DIR"] ?? join(root, "blog-data"));
const service = Bun.spawn([blog, ...process.argv.slice(2)], {
  cwd: root,
  stdin: "ignore",
  stdout: "inherit",
  stderr: "inherit",
});
// Ctrl-C reaches the service from the terminal; passed on, it would be the second signal, which means "at once, not in order".
process.on("SIGINT", () => {});
process.on("SIGTERM", () => service.kill("SIGTERM"));
launcherGone().addEventListener("abort", () => service.kill("SIGTERM"));
if (is_new) void addSamples();
process.exit(await service.exited);

async function addSamples() {
  if (!(await succeeds([blog, "health", "--wait=60"]))) return;
  const added = await succeeds([blog, "seed", `--count=${sample_articles}`]);
  if (added) process.stderr.write(`${sample_articles} sample articles were added; rm -r blog-data starts anew.\n`);
}

async function succeeds(command: string[]): Promise<boolean> {
  const child = Bun.spawn(command, { cwd: root, stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  const complaint = await new Response(child.stderr).text();
  if ((await child.exited) === 0) return true;
  if (service.exitCode === null && service.signalCode === null) process.stderr.write(complaint);
  return false;
}
