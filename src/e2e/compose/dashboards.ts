import { join } from "node:path";
import { Glob } from "bun";

const folder = join(import.meta.dir, "../../../monitoring/grafana/dashboards");

export interface PanelQuery {
  readonly dashboard: string;
  readonly panel: string;
  readonly expr: string;
}

interface Panel {
  readonly title?: string;
  readonly panels?: readonly Panel[];
  readonly targets?: readonly { readonly expr?: string }[];
}

/** Every query of every panel of the provisioned dashboards, with all roles and instances chosen. */
export async function panelQueries(): Promise<readonly PanelQuery[]> {
  const queries: PanelQuery[] = [];
  for await (const file of new Glob("*.json").scan(folder)) {
    const dashboard: { readonly panels?: readonly Panel[] } = await Bun.file(join(folder, file)).json();
    for (const { title = "", targets = [] } of withInner(dashboard.panels ?? [])) {
      for (const { expr } of targets) {
        if (expr) queries.push({ dashboard: file.replace(".json", ""), panel: title, expr: filledIn(expr) });
      }
    }
  }
  return queries;
}

/** A row that is folded has its panels inside. */
function withInner(panels: readonly Panel[]): readonly Panel[] {
  return panels.flatMap((panel) => [panel, ...withInner(panel.panels ?? [])]);
}

function filledIn(expr: string): string {
  return expr
    .replaceAll("$__rate_interval", "1m")
    .replaceAll("$__range", "10m")
    .replaceAll("$__interval", "15s")
    .replaceAll(/\$(role|instance)\b|\$\{(role|instance)(:\w+)?\}/g, ".*");
}
