import { dashboardFiles } from "../monitoring/grafana/dashboards.ts";

/** Writes `monitoring/grafana/dashboards/*.json` anew from the code beside it. */
const folder = `${import.meta.dir}/../monitoring/grafana/dashboards`;
for (const [name, text] of dashboardFiles()) await Bun.write(`${folder}/${name}`, text);
