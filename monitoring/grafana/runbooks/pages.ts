import { readFileSync } from "node:fs";
import { join } from "node:path";
import { panelId } from "../panel-id.ts";

/** What to do when an alert fires: a section of `monitoring/runbooks.md`. */
export interface Page {
  readonly alert: string;
  readonly markdown: string;
}

export const runbooks_uid = "blog-runbooks";

/** In the order of the file. */
export const runbook_pages: readonly Page[] = readPages();

function readPages(): readonly Page[] {
  const [, ...sections] = readFileSync(join(import.meta.dir, "../../runbooks.md"), "utf8").split(/^## /m);
  const pages = sections.map((section) => {
    const [alert = "", ...lines] = section.split("\n");
    return { alert, text: lines.join("\n").trim() };
  });
  const others = new RegExp(`\\b(${pages.map(({ alert }) => alert).join("|")})\\b`, "g");
  return pages.map(({ alert, text }) => {
    const markdown = withoutRelativeLinks(text).replace(others, (other) => `[${other}](${urlOf(other)})`);
    return { alert, markdown };
  });
}

/** Where Grafana shows an alert's page. Throws when there is none. */
export function pageUrl(alert: string): string {
  if (!runbook_pages.some((page) => page.alert === alert)) throw new Error(`monitoring/runbooks.md has no ## ${alert}`);
  return urlOf(alert);
}

function urlOf(alert: string): string {
  return `/d/${runbooks_uid}?viewPanel=${panelId(alert)}`;
}

/** Grafana does not have the files that they lead to. */
function withoutRelativeLinks(markdown: string): string {
  return markdown.replace(/\[([^\]]+)\]\((?!https?:)[./]*([\w/.-]+)[^)]*\)/g, "$1 ($2)");
}
