import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as TextBuilder, TextMode } from "@grafana/grafana-foundation-sdk/text";
import { firingAlerts } from "./firing-alerts.ts";
import { framed, type Line, line } from "./frame.ts";
import { type Page, runbook_pages, runbooks_uid } from "./runbooks/pages.ts";

export function runbooks(): Dashboard {
  return framed({
    uid: runbooks_uid,
    title: "Blog / Runbooks",
    description: "What each alert means, how to confirm it, and what to do: monitoring/runbooks.md.",
    sections: [
      { title: "Firing", lines: [line(8, firingAlerts())] },
      { title: "Pages", lines: runbook_pages.map(asLine) },
    ],
  });
}

function asLine({ alert, markdown }: Page): Line {
  const panel = new TextBuilder().title(alert).mode(TextMode.Markdown).content(markdown);
  // A line of text is about two thirds of one of Grafana's units; the longest ones wrap once.
  return line(4 + Math.ceil(markdown.split("\n").length * 0.7), panel);
}
