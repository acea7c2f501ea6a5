import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboardFiles, dashboards } from "./dashboards.ts";
import { panelsOf, queriesOf } from "./panel-queries.ts";
import { datasource } from "./panels.ts";

const root = join(import.meta.dir, "../..");
const graphsOf = (dashboard: Dashboard) => panelsOf(dashboard).filter(({ type }) => type !== "text");
const read = (file: string) => readFileSync(join(root, file), "utf8");

test("the files are what the code makes; `bun run dashboards:write` writes them", () => {
  const written = readdirSync(join(import.meta.dir, "dashboards")).sort();
  expect(written).toEqual([...dashboardFiles().keys()].sort());
  for (const [name, text] of dashboardFiles()) expect(read(`monitoring/grafana/dashboards/${name}`) === text, name).toBe(true);
});

test("each dashboard keeps the uid that links and bookmarks know it by", () => {
  const uids = Object.fromEntries(Object.entries(dashboards()).map(([name, { uid }]) => [name, uid]));
  expect(uids).toEqual({
    overview: "blog-overview",
    replication: "blog-replication",
    gateway: "blog-gateway",
    database: "blog-database",
    runbooks: "blog-runbooks",
  });
});

for (const [name, dashboard] of Object.entries(dashboards())) {
  const panels = graphsOf(dashboard);

  describe(name, () => {
    test("each panel says what it shows, in which unit, what is good and what to do", () => {
      const silent = panels.flatMap(({ title = "", description = "", fieldConfig }) =>
        title !== "" && /Good: /.test(description) && description.length > 100 && fieldConfig?.defaults.unit ? [] : [title],
      );
      expect(silent).toEqual([]);
    });

    test("each series has a name, and each query of a panel a letter of its own", () => {
      expect(queriesOf(dashboard).filter(({ legend }) => legend === "")).toEqual([]);
      const letters = panels.map(({ targets = [] }) => targets.map((target) => "refId" in target && target.refId));
      for (const of_panel of letters) expect(new Set(of_panel).size).toBe(of_panel.length);
      expect(letters.every((of_panel) => of_panel.length > 0)).toBe(true);
    });

    test("no two panels lie on each other, none is too narrow to read, and none sticks out", () => {
      const all = dashboard.panels ?? [];
      const taken = new Set<string>();
      const overlaps: string[] = [];
      for (const { title = "", gridPos } of all) {
        const { x, y, w, h } = gridPos ?? { x: -1, y: -1, w: 0, h: 0 };
        expect(x >= 0 && y >= 0 && w >= 3 && h >= 1 && x + w <= 24, title).toBe(true);
        for (let column = x; column < x + w; column++) {
          for (let line = y; line < y + h; line++) {
            if (taken.has(`${column},${line}`)) overlaps.push(title);
            taken.add(`${column},${line}`);
          }
        }
      }
      expect(overlaps).toEqual([]);
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
      expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
    });

    test("links and annotations are in sight", () => {
      const shown = [...(dashboard.links ?? []), ...(dashboard.annotations.list ?? [])];
      expect(shown.length).toBe(3);
      expect(shown.filter((control) => "placement" in control)).toEqual([]);
    });
  });
}

test("each alert has its page, and every link to a page finds it", () => {
  const { runbooks, ...others } = dashboards();
  const pages = panelsOf(runbooks).filter(({ type }) => type === "text");
  const alerts = new Set([...read("monitoring/prometheus/alerts.yml").matchAll(/alert: (\w+)/g)].map(([, alert]) => alert));
  expect(new Set(pages.map(({ title }) => title))).toEqual(alerts);

  const ids = pages.map(({ id }) => String(id));
  const from_panels = Object.values(others).flatMap((dashboard) => panelsOf(dashboard).flatMap(({ links = [] }) => links));
  const from_pages = pages.flatMap(({ options }) => [...JSON.stringify(options).matchAll(/\((\/d\/[^)]+)\)/g)]);
  const urls = [...from_panels.map(({ url = "" }) => url), ...from_pages.map(([, url = ""]) => url)];
  expect(urls.length).toBeGreaterThan(20);
  for (const url of urls) expect(ids, url).toContain(/^\/d\/blog-runbooks\?viewPanel=(\d+)$/.exec(url)?.[1] ?? "");
  expect(JSON.stringify(pages.map(({ options }) => options))).not.toContain("](..");
});

test("what a description sends its reader to is there", () => {
  const all = Object.values(dashboards());
  const known = new Set([
    ...all.map(({ title = "" }) => title.replace("Blog / ", "")),
    ...all.flatMap((dashboard) => panelsOf(dashboard).map(({ title }) => title)),
    ...all.flatMap((dashboard) => queriesOf(dashboard).map(({ legend }) => legend)),
    ...[...read("docs/operations.md").matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading),
  ]);
  const named = all.flatMap((dashboard) =>
    panelsOf(dashboard).flatMap(({ description = "" }) => [...description.matchAll(/\*([^*]+)\*/g)].map(([, title]) => title)),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((title) => !known.has(title))).toEqual([]);
});

describe("provisioning", () => {
  const provisioned = (file: string): unknown => Bun.YAML.parse(read(`monitoring/grafana/provisioning/${file}`));

  test("makes the data source that the panels ask, with Prometheus' own interval", () => {
    const [, scrape_interval] = /scrape_interval: (\S+)/.exec(read("monitoring/prometheus/prometheus.yml")) ?? [];
    expect(provisioned("datasources/prometheus.yml")).toMatchObject({
      datasources: [{ ...datasource, url: "http://prometheus:9090", jsonData: { timeInterval: scrape_interval } }],
    });
    const asked = Object.values(dashboards()).flatMap((dashboard) => graphsOf(dashboard).map((panel) => panel.datasource));
    for (const source of asked) expect(source).toEqual(datasource);
  });

  test("reads the dashboards from where they are mounted", () => {
    expect(provisioned("dashboards/blog.yml")).toMatchObject({
      providers: [{ type: "file", options: { path: "/var/lib/grafana/dashboards" } }],
    });
  });
});
