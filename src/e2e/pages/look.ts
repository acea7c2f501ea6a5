/**
 * `bun run pages:look [--folder=FOLDER] [--executable=FILE]`: opens /docs and GraphiQL of dist/blog in a headless Chromium, runs a query in
 * each, and leaves pictures in FOLDER, else dist/pages. Exits 1 when a page does not work, or complains of anything: a refusal by its policy above all.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startExecutable } from "../../testing/executable.ts";
import { openTab, type Tab } from "./browser.ts";

const { values: options } = parseArgs({ options: { folder: { type: "string" }, executable: { type: "string" } } });
const { folder = join(import.meta.dir, "../../../dist/pages"), executable: file } = options;
mkdirSync(folder, { recursive: true });
const cwd = mkdtempSync(join(tmpdir(), "blog-pages-"));
const blog = await startExecutable({ cwd, ...(file === undefined ? {} : { file }) });
let failed = false;
try {
  const article = { title: "Hello", content: "The first.", author: "Ada", status: "published" };
  await fetch(`${blog.urls["api"]}/api/v1/articles`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(article),
  });
  await look("docs", `${blog.urls["api"]}/docs`, useDocs);
  await look("graphiql", `${blog.urls["gateway"]}/graphql`, useGraphiql);
} finally {
  await blog.stop();
  rmSync(cwd, { recursive: true });
}
process.exit(failed ? 1 : 0);

async function look(name: string, url: string, use: (tab: Tab) => Promise<void>): Promise<void> {
  await using tab = await openTab();
  try {
    await tab.open(url);
    await use(tab);
  } catch (error) {
    failed = true;
    process.stdout.write(`${name}: ${error instanceof Error ? error.message : error}\n`);
  }
  await tab.picture(join(folder, `${name}.png`));
  failed ||= tab.complaints.length > 0;
  process.stdout.write(`${name}: ${tab.complaints.length} complaints\n${tab.complaints.map((text) => `  ${text}\n`).join("")}`);
}

/** Swagger UI: the list of articles, asked for by the page. */
async function useDocs(tab: Tab): Promise<void> {
  const operation = `document.querySelector("[id$='-listArticles']")`;
  await tab.until("the operations", operation);
  await tab.evaluate(`${operation}.querySelector(".opblock-summary-control").click()`);
  await tab.until("the form", `${operation}.querySelector(".try-out__btn")`);
  await tab.evaluate(`${operation}.querySelector(".try-out__btn").click()`);
  await tab.until("the button", `${operation}.querySelector(".execute")`);
  await tab.evaluate(`${operation}.querySelector(".execute").click()`);
  await tab.until("the answer", `${operation}.querySelector(".live-responses-table")?.innerText.includes('"items"')`);
  await tab.evaluate(`${operation}.querySelector(".live-responses-table").scrollIntoView()`);
}

/** GraphiQL: the query of its first tab. */
async function useGraphiql(tab: Tab): Promise<void> {
  await tab.until("the button", `document.querySelector(".graphiql-execute-button")`);
  // The schema comes by introspection, and the editor colours the query with its workers.
  await tab.until("the editor", `document.querySelector(".graphiql-query-editor .view-line span span")`);
  await tab.evaluate(`document.querySelector(".graphiql-execute-button").click()`);
  await tab.until("the answer", `document.querySelector(".result-window")?.innerText.includes("total")`);
}
