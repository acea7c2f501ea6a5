import { readFileSync } from "node:fs";
import { join } from "node:path";

export const repository = join(import.meta.dir, "../../..");
const file = "monitoring/runbooks.md";

export interface RunbookPage {
  readonly title: string;
  /** As annotations link to it. */
  readonly url: string;
  readonly text: string;
}

/** The page of each alert in monitoring/runbooks.md. */
export function readRunbooks(): readonly RunbookPage[] {
  const [, ...sections] = readFileSync(join(repository, file), "utf8").split(/^## /m);
  return sections.map((section) => {
    const [title = "", ...lines] = section.split("\n");
    return { title, url: `${file}#${anchorOf(title)}`, text: lines.join("\n") };
  });
}

/** The expressions that somebody is told to evaluate. */
export function queriesOf({ text }: RunbookPage): readonly string[] {
  return [...text.matchAll(/^promtool query instant \$PROM '([^']+)'/gm)].map(([, expression = ""]) => expression);
}

/** As GitHub makes them of headings. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");
}
