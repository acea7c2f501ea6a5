/**
 * `bun run monitoring:drill`: the roles under load with two outages in it, watched by the real Prometheus, and then what every panel of
 * every dashboard showed meanwhile and which alerts fired, as a page of Markdown. `--minutes=10`, `--per-second=25`; `--write` puts it into
 * docs/dashboards.md instead of stdout. Exits 1 when a panel never showed anything.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findPrometheus } from "../../testing/prometheus/binaries.ts";
import { readPanelQueries } from "../../testing/prometheus/panels.ts";
import { repository } from "../../testing/prometheus/runbooks.ts";
import { shutDownServices } from "../../testing/supervisor-client.ts";
import { startWatchedBlog } from "./blog.ts";
import { toMarkdown } from "./drill-markdown.ts";
import { askAlerts, askPanels } from "./drill-report.ts";
import { playOutages } from "./phases.ts";
import { startTraffic } from "./traffic.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    "per-second": { type: "string", default: "25" },
    write: { type: "boolean", default: false },
  },
});
const minutes = Number(values.minutes);
const scrape_interval_s = 5;

async function drill() {
  const { version } = await findPrometheus();
  await using blog = await startWatchedBlog({ scrape_interval_s, partitions: 12, own_primary: true });
  const measured = new Date();
  const traffic = startTraffic({ api: blog.api.url, gateway: blog.gateway.url, per_second: Number(values["per-second"]) });
  const phases = await playOutages(blog, minutes, (name) => process.stderr.write(`${name} …\n`));
  await traffic[Symbol.asyncDispose]();
  const queries = readPanelQueries({ rate_interval_s: 4 * scrape_interval_s, range_s: Math.round(minutes * 60) });
  const rows = await askPanels(blog.prometheus, queries, phases, scrape_interval_s);
  const alerts = await askAlerts(blog.prometheus, phases);
  return { measured, prometheus_version: version, minutes, requests: traffic.sent(), phases, rows, alerts };
}

/** Closing after a failure may fail as well, and would be told in its place. */
function firstOf(error: unknown): unknown {
  return error instanceof SuppressedError ? firstOf(error.suppressed) : error;
}

try {
  const report = await drill();
  const page = toMarkdown(report);
  if (values.write) await Bun.write(join(repository, "docs/dashboards.md"), page);
  else process.stdout.write(page);
  const empty = report.rows.filter(({ spans }) => [...spans.values()].every((span) => span === undefined));
  for (const { dashboard, panel, expression } of empty)
    process.stderr.write(`Never shown: ${dashboard}, ${panel}: ${expression}\n`);
  process.exitCode = empty.length === 0 ? 0 : 1;
} catch (error) {
  throw firstOf(error);
} finally {
  await shutDownServices();
}
process.exit();
