import { expect, test } from "bun:test";
import { readCompose } from "../../compose/compose-file.ts";
import { loadConfig } from "../../src/config/load.ts";
import { localConfiguration, readConfiguration } from "../../src/testing/prometheus/configuration.ts";
import { image } from "../../src/testing/prometheus/docker-image.ts";

const { services } = await readCompose();
const lookups = readConfiguration().scrape_configs.flatMap(({ dns_sd_configs = [] }) => dns_sd_configs);

test("each role is looked up by its name in compose.yml, every replica of it, on the port that it listens on", () => {
  const { listen } = loadConfig({ env: {} });
  const expected = Object.entries(listen).map(([role, { port }]) => ({ names: [role], type: "A", port }));
  const found = lookups.map(({ names, type, port }) => ({ names, type, port }));
  expect(found).toEqual(expect.arrayContaining(expected));
  expect(found).toHaveLength(expected.length);
  for (const name of found.flatMap(({ names }) => names)) expect(Object.keys(services)).toContain(name);
});

test("the tests run the Prometheus that compose does", () => {
  expect(services["prometheus"]?.image).toBe(image);
});

test("for tests the targets stand where DNS would be asked, and everything else stays", () => {
  const local = JSON.parse(localConfiguration({ targets: { api: ["127.0.0.1:1"], sync: ["127.0.0.1:2"] }, interval_s: 1 }));
  const [job] = local.scrape_configs;
  expect(local.scrape_configs).toHaveLength(1);
  expect(job).not.toHaveProperty("dns_sd_configs");
  expect(job.relabel_configs).toEqual([{ source_labels: ["__meta_dns_name"], target_label: "role" }]);
  expect(job.static_configs).toEqual([
    { targets: ["127.0.0.1:1"], labels: { __meta_dns_name: "api" } },
    { targets: [], labels: { __meta_dns_name: "gateway" } },
    { targets: ["127.0.0.1:2"], labels: { __meta_dns_name: "sync" } },
  ]);
  expect(local.global).toMatchObject({ scrape_interval: "1s", evaluation_interval: "1s" });
});
